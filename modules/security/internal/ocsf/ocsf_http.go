package ocsf

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

const (
	seeAlerts  = "security.alert.view"
	seeSensors = "security.sensor.view"

	most   = 1000 // events of an answer
	cursor = "Linghang-Cursor"
	lines  = "application/x-ndjson"
)

// Feed hands events out.
type Feed struct{ store store }

// New returns the feed.
func New(kit *module.Kit) *Feed { return &Feed{store{kit.DB}} }

// Routes are what the feed serves.
func (f *Feed) Routes() []module.Route {
	asked := "?after= the cursor of the answer before, ?limit= 1 to 1000, ?language= zh or en. Lines of JSON; the header " + cursor + " has the cursor to go on from"
	return []module.Route{
		{Pattern: "GET /ocsf/findings", Permission: seeAlerts, Sensitive: true, Summary: "OCSF 1.8: alerts of one's own organisation as Detection Findings, in the order in which they were opened or changed: " + asked, Handler: httpd.Raw("", http.HandlerFunc(f.serveFindings))},
		{Pattern: "GET /ocsf/commands", Permission: seeSensors, Sensitive: true, Summary: "OCSF 1.8 with the extension ot: writes, commands, programs and errors that one's own sensors saw: " + asked, Handler: httpd.Raw("", http.HandlerFunc(f.serveCommands))},
		{Pattern: "GET /ocsf/extension", Permission: identity.SignedIn, Summary: "The extension ot of OCSF: its head, dictionary, classes and objects by their paths", Handler: httpd.Raw("", http.HandlerFunc(serveExtension))},
	}
}

// wanted is what a request asks for.
type wanted struct {
	after, until, language string
	most                   int
}

func (f *Feed) wanted(r *http.Request) (w wanted, err error) {
	q := r.URL.Query()
	w = wanted{after: q.Get("after"), language: q.Get("language"), most: most}
	refusal := fault.New(fault.Invalid, "kernel.request.invalid", "the question cannot be read")
	if text := q.Get("limit"); text != "" {
		if w.most, err = strconv.Atoi(text); err != nil || w.most < 1 || w.most > most {
			_ = refusal.At("query.limit", "a number from 1 to 1000")
		}
	}
	if _, err := ulid.ParseStrict(w.after); w.after != "" && err != nil {
		_ = refusal.At("query.after", "the cursor of an answer, or nothing")
	}
	if w.language != "" && w.language != "zh" && w.language != "en" {
		_ = refusal.At("query.language", "zh or en")
	}
	if len(refusal.Fields) > 0 {
		return w, refusal
	}
	w.until, err = f.store.before(r.Context())
	return w, err
}

func (f *Feed) serveFindings(w http.ResponseWriter, r *http.Request) {
	ask, err := f.wanted(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	list, err := f.store.alerts(r.Context(), identity.From(r.Context()).Organisation.ID, ask.after, ask.until, ask.most)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	events, last := make([]object, len(list)), ask.after
	for i := range list {
		events[i], last = finding(&list[i], ask.language), list[i].touched
	}
	answer(w, r, events, last)
}

func (f *Feed) serveCommands(w http.ResponseWriter, r *http.Request) {
	ask, err := f.wanted(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	list, err := f.store.records(r.Context(), identity.From(r.Context()).Organisation.ID, ask.after, ask.until, ask.most)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	events, last := make([]object, len(list)), ask.after
	for i := range list {
		events[i], last = command(&list[i]), list[i].id
	}
	answer(w, r, events, last)
}

// answer writes events a line each.
func answer(w http.ResponseWriter, r *http.Request, events []object, last string) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, event := range events {
		if err := e.Encode(event); err != nil {
			httpd.Refuse(w, r, err)
			return
		}
	}
	w.Header().Set("Content-Type", lines)
	w.Header().Set(cursor, last)
	_, _ = w.Write(b.Bytes()) // who asked has gone
}

func serveExtension(w http.ResponseWriter, r *http.Request) {
	text, err := Extension()
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // who asked has gone
}
