// Writes each line of JSON again as Go's encoding/json does by default.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
)

func main() {
	in := json.NewDecoder(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for {
		var event any
		if err := in.Decode(&event); err == io.EOF {
			break
		} else if err != nil {
			panic(err)
		}
		if err := encoder.Encode(event); err != nil {
			panic(err)
		}
	}
	if err := out.Flush(); err != nil {
		panic(err)
	}
}
