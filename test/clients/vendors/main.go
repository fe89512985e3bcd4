// Reads a trail as the vendors' tools for Go do: with their requests, their types, and Go's own decoder. The types are
// those of the vendors' clients as far as they decide what can be decoded.
package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"
)

// Thalassa

type appUser struct {
	Subject   string    `json:"subject"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	CreatedAt time.Time `json:"createdAt"`
}

type organisation struct {
	Identity      string            `json:"identity"`
	Name          string            `json:"name"`
	Slug          string            `json:"slug"`
	Description   *string           `json:"description,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
	CreatedAt     time.Time         `json:"createdAt"`
	UpdatedAt     *time.Time        `json:"updatedAt,omitempty"`
	ObjectVersion int               `json:"objectVersion"`
	FeatureGates  struct {
		DBaaS    bool `json:"dbaas,omitempty"`
		BetaUser bool `json:"betaUser,omitempty"`
	} `json:"featureGates,omitempty"`
}

type roleBinding struct {
	Identity      string            `json:"identity"`
	Name          string            `json:"name"`
	Slug          string            `json:"slug"`
	Description   string            `json:"description"`
	CreatedAt     time.Time         `json:"createdAt"`
	UpdatedAt     time.Time         `json:"updatedAt"`
	ObjectVersion int               `json:"objectVersion"`
	Labels        map[string]string `json:"labels"`
	Annotations   map[string]string `json:"annotations"`
	User          *appUser          `json:"user,omitempty"`
}

type serviceAccount struct {
	Identity      string            `json:"identity"`
	Name          string            `json:"name"`
	Slug          string            `json:"slug"`
	Description   *string           `json:"description,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Annotations   map[string]string `json:"annotations,omitempty"`
	CreatedAt     time.Time         `json:"createdAt"`
	UpdatedAt     *time.Time        `json:"updatedAt,omitempty"`
	DeletedAt     *time.Time        `json:"deletedAt,omitempty"`
	ObjectVersion int               `json:"objectVersion"`
	Organisation  *organisation     `json:"organisation,omitempty"`
	CreatedBy     *appUser          `json:"createdBy,omitempty"`
	RoleBindings  []roleBinding     `json:"roleBindings,omitempty"`
}

type auditLog struct {
	CreatedAt              time.Time       `json:"createdAt"`
	EventID                string          `json:"eventID"`
	UserIdentity           *string         `json:"userIdentity,omitempty"`
	User                   *appUser        `json:"user,omitempty"`
	ServiceAccountIdentity *string         `json:"serviceAccountIdentity,omitempty"`
	ServiceAccount         *serviceAccount `json:"serviceAccount,omitempty"`
	OrganizationIdentity   *string         `json:"organizationIdentity,omitempty"`
	Organization           *organisation   `json:"organization,omitempty"`
	ImpersonatorIdentity   *string         `json:"impersonatorIdentity,omitempty"`
	Impersonator           *appUser        `json:"impersonator,omitempty"`
	Action                 string          `json:"action"`
	Description            *string         `json:"description,omitempty"`
	ResourceType           *string         `json:"resourceType,omitempty"`
	ResourceIdentity       *string         `json:"resourceIdentity,omitempty"`
	Context                map[string]any  `json:"context,omitempty"`
}

func readThalassa(prefix string) {
	var memberships []struct {
		Identity     string        `json:"identity"`
		CreatedAt    time.Time     `json:"createdAt"`
		Organisation *organisation `json:"organisation,omitempty"`
		Role         string        `json:"role"`
	}
	decode(get(prefix+"/v1/me/organisation-memberships", nil), &memberships)
	if len(memberships) != 1 || memberships[0].Organisation.Slug != "vendors" {
		fail("memberships: %v", memberships)
	}
	var ids []string
	for page := 1; ; page++ {
		var list struct {
			Items      []auditLog `json:"items"`
			TotalPages int        `json:"totalPages"`
		}
		path := fmt.Sprintf("%s/v1/audit?page=%d&limit=100&includeSystemServices=true", prefix, page)
		decode(get(path, http.Header{"X-Organisation-Identity": {"vendors"}}), &list)
		for _, item := range list.Items {
			// The tool writes what it has read.
			if _, err := json.Marshal(item); err != nil {
				fail("%s: %v", item.EventID, err)
			}
			ids = append(ids, item.EventID)
		}
		if page >= list.TotalPages {
			break
		}
	}
	if prefix == "" {
		// The pages move by the own records of these very requests.
		ids = unique(ids)
	}
	expectEach("thalassa"+prefix, ids)
}

// UpCloud

type upcloudEvent struct {
	Time                 time.Time      `json:"time"`
	AuthType             string         `json:"auth_type"`
	CloudEventID         string         `json:"cloud_event_id"`
	UpcloudCorrelationID string         `json:"upcloud_correlation_id"`
	ResourceType         string         `json:"resource_type"`
	ResourceSubType      string         `json:"resource_sub_type"`
	Action               string         `json:"action"`
	Origin               string         `json:"origin"`
	AccountUsername      string         `json:"account_username"`
	IPAddress            string         `json:"ip_address"`
	ResourceID           string         `json:"resource_id"`
	CurrentState         map[string]any `json:"current_state"`
	PreviousState        map[string]any `json:"previous_state"`
	Native               struct {
		EventID string `json:"eventID"`
	} `json:"native"`
}

func readUpcloud() {
	var account struct {
		Account struct {
			Credits        float64        `json:"credits"`
			Username       string         `json:"username"`
			ResourceLimits map[string]int `json:"resource_limits"`
		} `json:"account"`
	}
	decode(get("/1.3/account", nil), &account)
	name := account.Account.Username
	decode(get("/1.3/account/details/"+url.PathEscape(name), nil), &account)
	if account.Account.Username != name {
		fail("account: %v", account)
	}
	var events []upcloudEvent
	decode(get("/1.3/audit-logs/export?format=json", nil), &events)
	var ids []string
	for _, event := range events {
		ids = append(ids, event.Native.EventID)
	}
	expectEach("upcloud", ids)
	body := get("/1.3/audit-logs/export?format=csv", nil)
	defer body.Close()
	rows, err := csv.NewReader(body).ReadAll()
	if err != nil || len(rows) != len(events)+1 {
		fail("upcloud: %d rows of CSV for %d events: %v", len(rows), len(events), err)
	}
}

// CockroachDB

type cockroachdbEntry struct {
	ID                 string    `json:"id"`
	TraceID            string    `json:"trace_id"`
	SessionID          string    `json:"session_id"`
	Source             string    `json:"source"`
	UserEmail          string    `json:"user_email"`
	ServiceAccountName string    `json:"service_account_name"`
	ClusterID          string    `json:"cluster_id"`
	ClusterName        string    `json:"cluster_name"`
	Action             string    `json:"action"`
	Payload            string    `json:"payload"`
	Error              string    `json:"error"`
	CreatedAt          time.Time `json:"created_at"`
	Metadata           *struct {
		IPAddress *string `json:"ip_address,omitempty"`
	} `json:"metadata"`
}

func readCockroachdb(order string) {
	sdk := http.Header{"User-Agent": {"ccloud-sdk-go/7.1.0"}, "Cc-Version": {"2024-09-16"}}
	var organization struct {
		CreatedAt time.Time `json:"created_at"`
		ID        string    `json:"id"`
		Label     string    `json:"label"`
		Name      string    `json:"name"`
	}
	decode(get("/api/v1/organization", sdk), &organization)
	if organization.Label != "vendors" {
		fail("organization: %v", organization)
	}
	var ids []string
	startingFrom := ""
	for {
		var page struct {
			Entries          []cockroachdbEntry `json:"entries"`
			NextStartingFrom *time.Time         `json:"next_starting_from,omitempty"`
		}
		query := url.Values{"sort_order": {order}, "limit": {"20"}}
		if startingFrom != "" {
			query.Set("starting_from", startingFrom)
		}
		decode(get("/api/v1/auditlogevents?"+query.Encode(), sdk), &page)
		for _, entry := range page.Entries {
			ids = append(ids, entry.ID)
		}
		if page.NextStartingFrom == nil {
			break
		}
		// The SDK drops the fraction.
		next := page.NextStartingFrom.Format(time.RFC3339)
		if next == startingFrom {
			// Ascending, the newest second comes again until it is settled.
			ids = unique(ids)
			break
		}
		startingFrom = next
	}
	expectEach("cockroachdb "+order, ids)
}

// Requests

func get(path string, headers http.Header) io.ReadCloser {
	request, err := http.NewRequest("GET", os.Getenv("ANNALS_API")+path, nil)
	if err != nil {
		fail("%v", err)
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("ANNALS_KEY"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fail("%v", err)
	}
	if response.StatusCode != 200 {
		text, _ := io.ReadAll(response.Body)
		fail("GET %s: %s: %s", path, response.Status, text)
	}
	return response.Body
}

func decode(body io.ReadCloser, into any) {
	defer body.Close()
	if err := json.NewDecoder(body).Decode(into); err != nil {
		fail("%T: %v", into, err)
	}
}

func unique(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

// expectEach fails unless these are the ids of all events that were recorded, each once. Own records are others.
func expectEach(what string, ids []string) {
	var expected []string
	text, err := os.ReadFile(os.Getenv("ANNALS_IDS"))
	if err == nil {
		err = json.Unmarshal(text, &expected)
	}
	if err != nil {
		fail("%v", err)
	}
	known := map[string]int{}
	for _, id := range ids {
		known[id]++
	}
	for _, id := range expected {
		if known[id] != 1 {
			fail("%s: the event %s comes %d times", what, id, known[id])
		}
	}
	fmt.Printf("vendors: %s: %d events, each once\n", what, len(expected))
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "vendors: "+format+"\n", values...)
	os.Exit(1)
}

func main() {
	readThalassa("")
	readThalassa("/thalassa")
	readUpcloud()
	readCockroachdb("ASC")
	readCockroachdb("DESC")
}
