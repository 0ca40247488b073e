package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/live"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

func (m *Room) inboxRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /inbox", Permission: identity.SignedIn, Summary: "What one was told", Handler: httpd.List(m.listInbox)},
		{Pattern: "GET /inbox/unread", Permission: identity.SignedIn, Summary: "How many notices one has not read", Handler: httpd.JSON(m.unread)},
		{Pattern: "POST /inbox/read", Permission: identity.SignedIn, Recorded: "the inbox", Summary: "Mark notices as read or unread", Handler: httpd.JSON(m.markRead)},
		{Pattern: "GET /preferences", Permission: identity.SignedIn, Summary: "How one wants to be told", Handler: httpd.JSON(m.preferences)},
		{Pattern: "PUT /preferences", Permission: identity.SignedIn, Summary: "Choose how one is told", Handler: httpd.JSON(m.savePreferences)},
		{Pattern: "POST /announcements", Permission: "notify.announce", Summary: "Tell everybody in one's organisation, and below it", Handler: httpd.JSON(m.announce)},
	}
}

// person returns who is asking; programs have no inbox.
func person(ctx context.Context) (identity.Identity, error) {
	id := identity.From(ctx)
	if id.PersonID == "" {
		return id, fault.New(fault.Invalid, "notify.token.no_inbox", "a token has no inbox").At("header.Authorization", "sign in as a person")
	}
	return id, nil
}

func (m *Room) listInbox(ctx context.Context, in inboxParams) (sqldb.Page[Item], error) {
	id, err := person(ctx)
	if err != nil {
		return sqldb.Page[Item]{}, err
	}
	return m.inbox.list(ctx, id.PersonID, in)
}

type nothing struct{}

type unreadView struct {
	Count int `json:"count"`
}

func (m *Room) unread(ctx context.Context, _ nothing) (unreadView, error) {
	id, err := person(ctx)
	if err != nil {
		return unreadView{}, err
	}
	n, err := m.inbox.unread(ctx, id.PersonID)
	return unreadView{n}, err
}

type markInput struct {
	Body struct {
		IDs    []string `json:"ids,omitempty" maxItems:"500" doc:"Empty: all"`
		Unread bool     `json:"unread,omitempty" doc:"Mark them as unread instead"`
	}
}

func (m *Room) markRead(ctx context.Context, in markInput) (unreadView, error) {
	id, err := person(ctx)
	if err != nil {
		return unreadView{}, err
	}
	if in.Body.Unread && len(in.Body.IDs) == 0 {
		return unreadView{}, fault.New(fault.Invalid, "notify.inbox.none", "no notice is named").At("body.ids", "name the notices")
	}
	n, err := m.inbox.mark(ctx, id.PersonID, in.Body.IDs, !in.Body.Unread, time.Now())
	if err != nil {
		return unreadView{}, err
	}
	if n > 0 {
		m.tell([]string{id.PersonID})
	}
	return m.unread(ctx, nothing{})
}

// tellEach is up to how many persons are told one by one that their inbox
// changed; with more, every open page looks for itself.
const tellEach = 200

func (m *Room) tell(persons []string) {
	if len(persons) > tellEach {
		persons = []string{""}
	}
	for _, p := range persons {
		m.kit.Live.Notify(live.Notice{Topic: topicInbox, Kind: "changed", Person: p})
	}
}

type announceInput struct {
	Body struct {
		Title lang.Text `json:"title"`
		Text  lang.Text `json:"text"`
		Link  string    `json:"link,omitempty" maxLength:"300" doc:"Path in the web"`
	}
}

// announce tells everybody in the caller's organisation and below it.
func (m *Room) announce(ctx context.Context, in announceInput) (httpd.Nothing, error) {
	b := in.Body
	f := fault.New(fault.Invalid, "notify.announcement.invalid", "the announcement is incomplete or wrong")
	if strings.TrimSpace(b.Title.ZH+b.Title.EN) == "" {
		_ = f.At("body.title", "give a title")
	}
	if b.Link != "" && (!strings.HasPrefix(b.Link, "/") || strings.HasPrefix(b.Link, "//")) {
		_ = f.At("body.link", "a path of this site that begins with /")
	}
	if len(f.Fields) > 0 {
		return httpd.Nothing{}, f
	}
	id := identity.From(ctx)
	n := notice.Notice{
		Kind: kindAnnouncement, Title: lang.Text{ZH: b.Title.In("zh"), EN: b.Title.In("en")}, Body: lang.Text{ZH: b.Text.In("zh"), EN: b.Text.In("en")}, Link: b.Link,
		To: notice.Audience{Organisation: id.Organisation.ID, Below: true},
	}
	if err := m.notices.send(ctx, m.kit.Notices, n); err != nil {
		return httpd.Nothing{}, fmt.Errorf("make announcement: %w", err)
	}
	return httpd.Nothing{}, nil
}
