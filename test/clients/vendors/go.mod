module annals.test/vendors

go 1.26.0
