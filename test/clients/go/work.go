// Works with the generated client, and compares what it reads with what it recorded.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"annals.test/work/annals"
)

var ctx = context.Background()

func step(format string, values ...any) {
	fmt.Printf("go: "+format+"\n", values...)
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "go: "+format+"\n", values...)
	os.Exit(1)
}

func must[T any](value T, err error) T {
	if err != nil {
		fail("%v", err)
	}
	return value
}

func expect(what string, actual, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		fail("%s: expected %v, not %v", what, expected, actual)
	}
}

// expectStatus fails with the body when the response is another one.
func expectStatus(status, expected int, body []byte) {
	if status != expected {
		fail("status %d instead of %d: %s", status, expected, body)
	}
}

func clientOf(key string) *annals.ClientWithResponses {
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+key)
		return nil
	}
	return must(annals.NewClientWithResponses(
		os.Getenv("ANNALS_API"), annals.WithRequestEditorFn(authorize)))
}

// comparable is an event or a draft without what the server adds, its time in one form.
func comparable(event any) map[string]any {
	var members map[string]any
	text := must(json.Marshal(event))
	if err := json.Unmarshal(text, &members); err != nil {
		fail("%v", err)
	}
	for _, name := range []string{"sequence", "recordedAt", "organizationIdentity"} {
		delete(members, name)
	}
	at := must(time.Parse(time.RFC3339Nano, members["createdAt"].(string)))
	members["createdAt"] = at.UTC().Format(time.RFC3339Nano)
	return members
}

func expectEvents(what string, events []annals.Event, drafts []annals.Draft) {
	expect(what+": how many", len(events), len(drafts))
	for index := range events {
		expect(what, comparable(events[index]), comparable(drafts[index]))
	}
}

func node(parts ...[]byte) []byte {
	sum := sha256.Sum256(bytes.Join(parts, nil))
	return sum[:]
}

func encode(hash []byte) string { return base64.StdEncoding.EncodeToString(hash) }

func decode(text string) []byte { return must(base64.StdEncoding.DecodeString(text)) }

func pointer[T any](value T) *T { return &value }

func main() {
	var drafts []annals.Draft
	if err := json.Unmarshal(must(os.ReadFile(os.Getenv("ANNALS_DRAFTS"))), &drafts); err != nil {
		fail("%v", err)
	}

	operator := clientOf(os.Getenv("ANNALS_OPERATOR_KEY"))
	organisation := must(operator.CreateOrganisationWithResponse(ctx,
		annals.OrganisationRequest{Slug: "go", Name: "Go"}))
	expectStatus(organisation.StatusCode(), 201, organisation.Body)
	key := must(operator.CreateKeyWithResponse(ctx, annals.KeyRequest{
		Organisation: &organisation.JSON201.Identity,
		Role:         annals.KeyRequestRoleOrgAdmin,
		Name:         "generated",
	}))
	expectStatus(key.StatusCode(), 201, key.Body)
	client := clientOf(key.JSON201.Key)
	step("created an organisation and a key")

	var one, many annals.RecordRequest
	if err := one.FromDraft(drafts[0]); err != nil {
		fail("%v", err)
	}
	receipt := must(client.RecordEventsWithResponse(ctx, one))
	expectStatus(receipt.StatusCode(), 201, receipt.Body)
	expect("accepted", receipt.JSON201.Accepted, int64(1))
	if err := many.FromDraftList(annals.DraftList{Events: drafts}); err != nil {
		fail("%v", err)
	}
	receipt = must(client.RecordEventsWithResponse(ctx, many))
	expectStatus(receipt.StatusCode(), 201, receipt.Body)
	expect("accepted", receipt.JSON201.Accepted, int64(len(drafts)-1))
	expect("duplicates", receipt.JSON201.Duplicates, int64(1))
	step("recorded one event, then %d and a duplicate", receipt.JSON201.Accepted)

	var taken annals.RecordRequest
	if err := taken.FromDraft(annals.Draft{Action: "x", EventID: drafts[0].EventID}); err != nil {
		fail("%v", err)
	}
	conflict := must(client.RecordEventsWithResponse(ctx, taken))
	expectStatus(conflict.StatusCode(), 409, conflict.Body)
	expect("message of a conflict", conflict.JSON409.Message != "", true)
	denied := must(clientOf("annals_nobody_0123456789abcdef").ListEventsWithResponse(ctx, nil))
	expectStatus(denied.StatusCode(), 401, denied.Body)
	expect("message of a denial", denied.JSON401.Message != "", true)
	step("got errors as errors")

	parameters := annals.ListEventsParams{
		Action: &[]string{"POST", "kms.decrypt"},
		From:   pointer("2026-06-02"),
		To:     pointer("2026-06-04"),
		Order:  pointer(annals.ListEventsParamsOrderAsc),
		Limit:  pointer(int64(7)),
	}
	// The type of Without has no name.
	if err := json.Unmarshal([]byte(`{"-outcome":"failure"}`), &parameters.Without); err != nil {
		fail("%v", err)
	}
	page := must(client.ListEventsWithResponse(ctx, &parameters))
	expectStatus(page.StatusCode(), 200, page.Body)
	oldestFirst := slices.Clone(drafts)
	slices.SortFunc(oldestFirst, func(one, other annals.Draft) int {
		return one.CreatedAt.Compare(*other.CreatedAt)
	})
	var matching []annals.Draft
	for _, draft := range oldestFirst {
		day := draft.CreatedAt.UTC().Format("2006-01-02")
		isFailure := *draft.Outcome == annals.DraftOutcomeFailure
		if draft.Action != "GET" && !isFailure && day >= "2026-06-02" && day <= "2026-06-04" {
			matching = append(matching, draft)
		}
	}
	expect("total", *page.JSON200.TotalItems, int64(len(matching)))
	expectEvents("list", page.JSON200.Items, matching[:7])
	step("listed 7 of %d events that match filters", len(matching))

	followed := must(client.ListEventsWithResponse(ctx, &annals.ListEventsParams{
		FromSequence:          pointer(int64(0)),
		Limit:                 pointer(int64(20)),
		IncludeSystemServices: pointer(true),
	}))
	expectStatus(followed.StatusCode(), 200, followed.Body)
	for index, event := range followed.JSON200.Items {
		expect("sequence", event.Sequence, int64(index))
	}
	expect("next sequence", *followed.JSON200.NextSequence, int64(20))
	step("followed the log by sequence")

	response := must(client.ExportEvents(ctx, &annals.ExportEventsParams{
		Format: pointer(annals.Ndjson),
	}))
	defer response.Body.Close()
	expectStatus(response.StatusCode, 200, nil)
	lines := map[string][]byte{}
	var exported []annals.Event
	scanner := bufio.NewScanner(response.Body)
	for scanner.Scan() {
		var event annals.Event
		if err := json.Unmarshal(scanner.Bytes(), &event); err != nil {
			fail("%v", err)
		}
		exported = append(exported, event)
		lines[event.EventID] = bytes.Clone(scanner.Bytes())
	}
	if err := scanner.Err(); err != nil {
		fail("%v", err)
	}
	expect("trailer", response.Trailer.Get("Annals-Export-Count"), fmt.Sprint(len(drafts)))
	expectEvents("NDJSON", exported, oldestFirst)
	whole := must(client.ExportEventsWithResponse(ctx, nil))
	expectStatus(whole.StatusCode(), 200, whole.Body)
	expectEvents("JSON", *whole.JSON200, oldestFirst)
	step("exported %d events as NDJSON and as JSON", len(exported))

	index := slices.IndexFunc(drafts, func(draft annals.Draft) bool { return draft.User == nil })
	id := *drafts[index].EventID
	event := must(client.GetEventWithResponse(ctx, id))
	expectStatus(event.StatusCode(), 200, event.Body)
	expectEvents("one event", []annals.Event{*event.JSON200}, drafts[index:index+1])
	step("got one event")

	// The proof of an event without personal fields: its line is what its leaf is computed from.
	response200 := must(client.GetInclusionProofWithResponse(ctx,
		&annals.GetInclusionProofParams{EventID: &id}))
	expectStatus(response200.StatusCode(), 200, response200.Body)
	proof := response200.JSON200
	expect("sequence of the proof", proof.Sequence, event.JSON200.Sequence)
	hash := node([]byte{0}, lines[id])
	expect("leaf", encode(hash), proof.Leaf)
	// RFC 9162, 2.1.3.2
	fn, sn := proof.Sequence, proof.Size-1
	for _, text := range proof.Hashes {
		sibling := decode(text)
		if fn&1 == 1 || fn == sn {
			hash = node([]byte{1}, sibling, hash)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			hash = node([]byte{1}, hash, sibling)
		}
		fn, sn = fn>>1, sn>>1
	}
	expect("end of the proof", sn, int64(0))
	expect("root", encode(hash), proof.Root)
	checkpoint := must(client.GetCheckpointWithResponse(ctx,
		&annals.GetCheckpointParams{Size: &proof.Size}))
	expectStatus(checkpoint.StatusCode(), 200, checkpoint.Body)
	signed := strings.Split(string(checkpoint.Body), "\n")
	expect("checkpoint", signed[1:3], []string{fmt.Sprint(proof.Size), proof.Root})
	step("checked a proof from the event to the signed checkpoint")
}
