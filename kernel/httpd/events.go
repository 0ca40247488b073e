package httpd

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/live"
)

// Sharing tells of objects of other organisations whether they are shared.
type Sharing interface {
	// Concerns reports whether objects of the topic can be shared at all.
	Concerns(topic string) bool
	// Sees reports whether the object is shared with the identity now; it may
	// ask the database.
	Sees(ctx context.Context, id identity.Identity, topic, object string) bool
}

// Events streams live notices as server-sent events (WHATWG HTML, section
// 9.2): GET /api/live?topics=a,b; without topics all that there are. Topics that
// the caller may not watch are left out, so that one page's wish does not cost
// the others their stream.
func Events(hub *live.Hub, topics []live.Topic, sharing Sharing) http.Handler {
	byName := map[string]live.Topic{}
	for _, t := range topics {
		byName[t.Name] = t
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := identity.From(r.Context())
		wanted := watched(byName, id, r.URL.Query().Get("topics"))
		own := func(n live.Notice) bool { return n.Organisation == "" || id.Scope.Allows(n.Organisation) }
		watcher := hub.Watch(r.Context(), func(n live.Notice) bool {
			if n.Topic == TopicRights {
				return id.PersonID != "" && n.Person == id.PersonID
			}
			return wanted[n.Topic] && (n.Person == "" || n.Person == id.PersonID) && (own(n) || sharing.Concerns(n.Topic))
		})
		// Who shares what is asked here and not in the filter: there the hub waits.
		stream(w, r, watcher, func(n live.Notice) bool { return own(n) || sharing.Sees(r.Context(), id, n.Topic, n.ID) })
	})
}

// watched returns the topics named in the list, or all, that id may watch.
func watched(byName map[string]live.Topic, id identity.Identity, list string) map[string]bool {
	names := slices.Collect(maps.Keys(byName))
	if list != "" {
		names = strings.Split(list, ",")
	}
	wanted := map[string]bool{}
	for _, name := range names {
		if t, ok := byName[name]; ok && id.May(t.Permission) {
			wanted[name] = true
		}
	}
	return wanted
}

// TopicRights tells that what a person may do has changed: their streams end,
// and the browser comes back as who they are now.
const TopicRights = "system.rights"

// heartbeat keeps proxies from closing a quiet stream and finds dead browsers.
const heartbeat = 20 * time.Second

// stream ends after an hour; the browser reconnects, and its session is checked again.
func stream(w http.ResponseWriter, r *http.Request, watcher *live.Watcher, passes func(live.Notice) bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	rc := http.NewResponseController(w)
	send := func(format string, args ...any) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(heartbeat)) // not every writer has deadlines
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	if !send("retry: 2000\n\n") {
		return
	}
	tick := time.NewTicker(heartbeat / 2)
	defer tick.Stop()
	end := time.NewTimer(time.Hour)
	defer end.Stop()
	for {
		select {
		case n := <-watcher.C:
			if n.Topic == TopicRights || passes(n) && !sendNotice(send, n) {
				return
			}
		case <-tick.C:
			if !send(": still here\n\n") {
				return
			}
		case <-end.C:
			return
		case <-stopping(r.Context()):
			return
		case <-r.Context().Done():
			return
		}
		if !sendMissed(send, watcher.Missed()) {
			return
		}
	}
}

// sendMissed tells of topics whose notices were dropped, and whether to go on.
func sendMissed(send func(string, ...any) bool, topics []string) bool {
	for _, topic := range topics {
		if topic == TopicRights || !sendNotice(send, live.Notice{Topic: topic, Kind: "missed", At: time.Now().UTC()}) {
			return false
		}
	}
	return true
}

func sendNotice(send func(string, ...any) bool, n live.Notice) bool {
	data, err := json.Marshal(n)
	if err != nil {
		return true
	}
	return send("event: %s\ndata: %s\n\n", n.Topic, data)
}
