package remark_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notify"
	"linghang/kernel/remark"
	"linghang/kernel/sqldb"
)

// shed is a room with things in it that people comment on: one is Ours, one
// the whole city's.
type shed struct {
	kit     *module.Kit
	ours    string
	earlier []module.EarlierRemark
}

func (s *shed) Manifest() module.Manifest {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Manager, identity.Reporter, identity.Viewer}
	return module.Manifest{
		Name: "shed", Permissions: []module.Permission{{ID: "shed.view", Roles: everyone}},
		Remarks: []module.Remarked{{
			Noun: "tool", Title: lang.Text{ZH: "工具", EN: "Tools"}, View: "shed.view", Find: s.find,
			Earlier: func(_ context.Context, put func(module.EarlierRemark) error) error {
				for _, r := range s.earlier {
					if err := put(r); err != nil {
						return err
					}
				}
				return nil
			},
		}},
	}
}

func (s *shed) find(ctx context.Context, id string) (module.RemarkedObject, error) {
	o := module.RemarkedObject{Title: lang.Text{ZH: "锤子", EN: "Hammer"}, Path: "/shed/" + id, MayRemark: id != "sealed"}
	switch id {
	case "city", "sealed":
		return o, nil
	case "ours":
		o.Organisations = []string{s.ours}
		return o, identity.From(ctx).Scope.Check(s.ours)
	}
	return o, fault.New(fault.NotFound, "kernel.not_found", "there is no such tool")
}

type city struct {
	*kerneltest.City
	shed *shed
}

func start(t *testing.T, o kerneltest.Options) *city {
	t.Helper()
	s := &shed{earlier: []module.EarlierRemark{{ID: ulid.Make().String(), Object: "city", Author: "person:gone", Name: "前人", Body: "以前说的", At: time.Now().Add(-time.Hour)}}}
	c := &city{kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		s.kit = k.Kit("shed")
		return []module.Module{s}
	}, o), s}
	s.ours = c.Ours.ID
	return c
}

const at = "/api/remark/objects/shed.tool/"

func (c *city) say(t *testing.T, who, object, body string, want int) remark.Comment {
	t.Helper()
	r := c.Send(t, "POST", at+object+"/comments", who, body)
	if r.Status != want {
		t.Fatalf("%s says %s about %s: %d %s", who, body, object, r.Status, r.Body)
	}
	var x remark.Comment
	r.Decode(t, &x)
	return x
}

func (c *city) list(t *testing.T, who, object string) []remark.Comment {
	t.Helper()
	r := c.Get(t, at+object+"/comments", who)
	if r.Status != http.StatusOK {
		t.Fatalf("comments on %s for %s: %d %s", object, who, r.Status, r.Body)
	}
	var page sqldb.Page[remark.Comment]
	r.Decode(t, &page)
	return page.Items
}

func (c *city) person(t *testing.T, who string) string {
	t.Helper()
	c.Cookie(t, who)
	r := c.Get(t, at+"ours/people?q="+who, "officer")
	var v struct{ Items []remark.Suggestion }
	r.Decode(t, &v)
	if len(v.Items) != 1 {
		t.Fatalf("%s is not suggested: %d %s", who, r.Status, r.Body)
	}
	return v.Items[0].PersonID
}

func (c *city) upload(t *testing.T, who, object, name, content string, want int) remark.File {
	t.Helper()
	r := c.Send(t, "POST", at+object+"/files?name="+name, who, content, "Content-Type", "text/plain")
	if r.Status != want {
		t.Fatalf("%s uploads %s: %d %s", who, name, r.Status, r.Body)
	}
	var f remark.File
	r.Decode(t, &f)
	return f
}

func (c *city) told(t *testing.T, who, kind string) []notify.Item {
	t.Helper()
	var page sqldb.Page[notify.Item]
	c.Get(t, "/api/notify/inbox?kind="+kind, who).Decode(t, &page)
	return page.Items
}

func TestAThreadWithMentionAndFileReachesThoseWhoSeeTheObject(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := start(t, o)
		manager := c.person(t, "manager-ours")
		first := c.say(t, "officer", "ours", fmt.Sprintf(`{"body":"请看 @manager-ours\r\n第二行","mentions":[%q]}`, manager), http.StatusCreated)
		kerneltest.Wait(t, "the manager to be told", func() bool { return len(c.told(t, "manager-ours", "remark.person.mentioned")) == 1 })
		item := c.told(t, "manager-ours", "remark.person.mentioned")[0]
		if item.Link != "/shed/ours#comment-"+first.ID || !strings.Contains(item.Title.EN, "Hammer") || !strings.Contains(item.Body.ZH, "请看") {
			t.Errorf("the notice says %+v", item)
		}
		file := c.upload(t, "manager-ours", "ours", "proof.txt", "counted by hand", http.StatusCreated)
		if r := c.Get(t, "/api/remark/files/"+file.ID, "officer"); r.Status != http.StatusNotFound {
			t.Errorf("a file that was not said anything with reached somebody else: %d", r.Status)
		}
		answer := c.say(t, "manager-ours", "ours", fmt.Sprintf(`{"body":"见附件","thread_id":%q,"files":[%q]}`, first.ID, file.ID), http.StatusCreated)
		kerneltest.Wait(t, "the officer to be told of the answer", func() bool { return len(c.told(t, "officer", "remark.thread.answered")) == 1 })
		c.say(t, "officer", "ours", `{"body":"另一个话题"}`, http.StatusCreated)

		list := c.list(t, "viewer-ours", "ours")
		if len(list) != 3 || list[0].Body != "请看 @manager-ours\n第二行" || list[1].ID != answer.ID || len(list[1].Files) != 1 || list[0].Mentions[0].PersonID != manager {
			t.Errorf("the viewer reads %+v", list)
		}
		r := c.Get(t, "/api/remark/files/"+file.ID, "viewer-ours")
		if string(r.Body) != "counted by hand" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the file is answered %d %q %s", r.Status, r.Header.Get("Content-Disposition"), r.Body)
		}
		if r := c.Get(t, at+"ours/comments?export=csv", "viewer-ours"); !strings.Contains(string(r.Body), "见附件") {
			t.Errorf("the download says %d %s", r.Status, r.Body)
		}
	})
}

func TestWhoDoesNotSeeTheObjectGetsNotFound(t *testing.T) {
	c := start(t, kerneltest.Options{})
	x := c.say(t, "manager-ours", "ours", `{"body":"只给我们"}`, http.StatusCreated)
	file := c.upload(t, "manager-ours", "ours", "a.txt", "ours only", http.StatusCreated)
	x2 := c.say(t, "manager-ours", "ours", fmt.Sprintf(`{"body":"file","files":[%q]}`, file.ID), http.StatusCreated)
	for _, path := range []string{at + "ours", at + "ours/comments", at + "ours/comments?export=csv", at + "ours/people", "/api/remark/comments/" + x.ID + "/versions", "/api/remark/files/" + file.ID, at + "none"} {
		if r := c.Get(t, path, "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("GET %s: %d %s", path, r.Status, r.Body)
		}
	}
	for path, body := range map[string]string{
		"POST " + at + "ours/comments": `{"body":"hello"}`, "PUT /api/remark/comments/" + x2.ID: `{"body":"hello"}`, "DELETE /api/remark/comments/" + x.ID: "", "DELETE /api/remark/files/" + file.ID: "",
	} {
		method, path, _ := strings.Cut(path, " ")
		if r := c.Send(t, method, path, "manager-theirs", body, "If-Match", `"1"`); r.Status != http.StatusNotFound {
			t.Errorf("%s %s: %d %s", method, path, r.Status, r.Body)
		}
	}
	stranger := c.Send(t, "POST", at+"ours/files?name=x.txt", "manager-theirs", "x", "Content-Type", "text/plain")
	if stranger.Status != http.StatusNotFound {
		t.Errorf("a stranger uploaded: %d %s", stranger.Status, stranger.Body)
	}
	// A stranger can be neither found nor mentioned.
	c.Cookie(t, "manager-theirs")
	if r := c.Get(t, at+"ours/people?q=theirs", "manager-ours"); !strings.Contains(string(r.Body), `"items":[]`) {
		t.Errorf("strangers are suggested: %s", r.Body)
	}
	var people struct{ Items []remark.Suggestion }
	c.Get(t, at+"city/people?q=manager-theirs", "manager-ours").Decode(t, &people)
	if len(people.Items) != 1 {
		t.Fatalf("whoever sees the city's is to be suggested: %+v", people)
	}
	r := c.Send(t, "POST", at+"ours/comments", "manager-ours", fmt.Sprintf(`{"body":"@manager-theirs","mentions":[%q]}`, people.Items[0].PersonID))
	if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.mentions[0]") {
		t.Errorf("a stranger was mentioned: %d %s", r.Status, r.Body)
	}
}

func TestACommentIsEditedAndRemovedByItsAuthorOnly(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := start(t, o)
		file := c.upload(t, "officer", "ours", "a.txt", "first", http.StatusCreated)
		x := c.say(t, "officer", "ours", fmt.Sprintf(`{"body":"first","files":[%q]}`, file.ID), http.StatusCreated)
		path := "/api/remark/comments/" + x.ID
		if r := c.Send(t, "PUT", path, "leader", `{"body":"changed"}`, "If-Match", `"1"`); r.Status != http.StatusForbidden {
			t.Errorf("somebody else edited: %d %s", r.Status, r.Body)
		}
		if r := c.Send(t, "PUT", path, "officer", fmt.Sprintf(`{"body":"second","files":[%q]}`, file.ID), "If-Match", `"1"`); r.Status != http.StatusOK || r.Header.Get("ETag") != `"2"` {
			t.Errorf("edit: %d %s %s", r.Status, r.Header.Get("ETag"), r.Body)
		}
		if r := c.Send(t, "PUT", path, "officer", `{"body":"third"}`, "If-Match", `"1"`); r.Status != http.StatusPreconditionFailed {
			t.Errorf("an edit of what is not so any more: %d %s", r.Status, r.Body)
		}
		if r := c.Get(t, path+"/versions", "viewer-ours"); !strings.Contains(string(r.Body), `"body":"first"`) {
			t.Errorf("versions: %s", r.Body)
		}
		list := c.list(t, "officer", "ours")
		if len(list) != 1 || list[0].Body != "second" || list[0].EditedAt == nil || !list[0].Own || list[0].EditableUntil == nil || len(list[0].Files) != 1 {
			t.Errorf("after the edit: %+v", list)
		}
		if r := c.Send(t, "DELETE", path, "leader", ""); r.Status != http.StatusForbidden {
			t.Errorf("somebody else removed: %d %s", r.Status, r.Body)
		}
		if r := c.Send(t, "DELETE", path, "officer", ""); r.Status != http.StatusNoContent {
			t.Errorf("remove: %d %s", r.Status, r.Body)
		}
		list = c.list(t, "viewer-ours", "ours")
		if len(list) != 1 || list[0].Body != "" || list[0].RemovedAt == nil || list[0].AuthorName != "officer" || len(list[0].Files) != 0 {
			t.Errorf("the mark of what was removed: %+v", list)
		}
		if r := c.Get(t, path+"/versions", "officer"); strings.Contains(string(r.Body), "first") {
			t.Errorf("what was removed is still told: %s", r.Body)
		}
		if r := c.Get(t, "/api/remark/files/"+file.ID, "officer"); r.Status != http.StatusNotFound {
			t.Errorf("its file is still there: %d", r.Status)
		}
	})
}

func TestACommentIsEditedWithinAQuarterOfAnHour(t *testing.T) {
	now := time.Now()
	f := func(c remark.Comment, actor string, at time.Time, want string) {
		t.Helper()
		err := remark.Edit(c, "person:1", actor, at)
		if got := fault.As(err); (got == nil && want != "") || (got != nil && got.Key != want) {
			t.Errorf("edit at %v as %s: %v, want %q", at.Sub(now), actor, err, want)
		}
	}
	c := remark.Comment{At: now}
	f(c, "person:1", now.Add(14*time.Minute), "")
	f(c, "person:1", now.Add(15*time.Minute), "remark.comment.late")
	f(c, "person:2", now, "remark.comment.other")
	c.RemovedAt = &now
	f(c, "person:1", now, "remark.comment.removed")
}

func TestWrongInputIsRefusedAtItsPlaceAndKeepsNothing(t *testing.T) {
	c := start(t, kerneltest.Options{})
	f := func(body string, status int, place string) {
		t.Helper()
		r := c.Send(t, "POST", at+"ours/comments", "officer", body)
		if r.Status != status || !strings.Contains(string(r.Body), place) {
			t.Errorf("%.60s: %d %s", body, r.Status, r.Body)
		}
	}
	f(`{"body":"  \n\u200b "}`, 422, "body.body")
	f(fmt.Sprintf(`{"body":%q}`, strings.Repeat("长", 4001)), 422, "4001 characters")
	f(`{"body":"x","thread_id":"none"}`, 422, "body.thread_id")
	f(`{"body":"x","files":["none"]}`, 422, "body.files[0]")
	f(`{"body":"x","mentions":["none"]}`, 422, "body.mentions[0]")
	f(fmt.Sprintf(`{"body":"nobody named","mentions":[%q]}`, c.person(t, "manager-ours")), 422, "write @manager-ours")
	other := c.upload(t, "leader", "ours", "a.txt", "the leader's", http.StatusCreated)
	f(fmt.Sprintf(`{"body":"x","files":[%q]}`, other.ID), 422, "body.files[0]")
	elsewhere := c.upload(t, "officer", "city", "a.txt", "the city's", http.StatusCreated)
	f(fmt.Sprintf(`{"body":"x","files":[%q]}`, elsewhere.ID), 422, "body.files[0]")
	if r := c.Send(t, "POST", at+"sealed/comments", "officer", `{"body":"x"}`); r.Status != http.StatusForbidden || !strings.Contains(string(r.Body), "remark.closed") {
		t.Errorf("a comment on what takes none: %d %s", r.Status, r.Body)
	}
	if list := c.list(t, "officer", "ours"); len(list) != 0 {
		t.Errorf("something was kept: %+v", list)
	}
	// Neither is what runs: the examination of kernel/files holds.
	r := c.Send(t, "POST", at+"ours/files?name=run.txt", "officer", "\x7fELF\x02\x01\x01", "Content-Type", "text/plain")
	if r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusUnsupportedMediaType {
		t.Errorf("a program was taken: %d %s", r.Status, r.Body)
	}
}

func TestThereIsNoMoreThanTheLimitsAllow(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		o.Rooms = map[string]json.RawMessage{"remark": json.RawMessage(`{"object-comments":3,"person-comments":2,"object-files":3,"person-files":2,"file-mib":1}`)}
		c := start(t, o)
		c.say(t, "officer", "ours", `{"body":"1"}`, http.StatusCreated)
		c.say(t, "officer", "ours", `{"body":"2"}`, http.StatusCreated)
		c.say(t, "officer", "ours", `{"body":"3"}`, http.StatusTooManyRequests)
		c.say(t, "leader", "ours", `{"body":"3"}`, http.StatusCreated)
		c.say(t, "leader", "ours", `{"body":"4"}`, http.StatusConflict)
		c.upload(t, "officer", "ours", "1.txt", "1", http.StatusCreated)
		c.upload(t, "officer", "ours", "2.txt", "2", http.StatusCreated)
		c.upload(t, "officer", "ours", "3.txt", "3", http.StatusTooManyRequests)
		c.upload(t, "leader", "ours", "3.txt", "3", http.StatusCreated)
		c.upload(t, "leader", "ours", "4.txt", "4", http.StatusConflict)
		c.upload(t, "manager-ours", "city", "big.txt", strings.Repeat("x", 1<<20+1), http.StatusRequestEntityTooLarge)
	})
}

func TestWhatARoomKeptBeforeIsTakenOverOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := start(t, o)
		kerneltest.Wait(t, "the earlier comment", func() bool { return len(c.list(t, "officer", "city")) == 1 })
		got := c.list(t, "officer", "city")[0]
		if got.Body != "以前说的" || got.AuthorName != "前人" || got.ID != c.shed.earlier[0].ID || got.ThreadID != got.ID {
			t.Errorf("taken over: %+v", got)
		}
		answer := c.say(t, "officer", "city", fmt.Sprintf(`{"body":"现在说的","thread_id":%q}`, got.ID), http.StatusCreated)
		if answer.ThreadID != got.ID {
			t.Errorf("the answer is in thread %s", answer.ThreadID)
		}
	})
}

func TestCommentsGoWithTheirObject(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := start(t, o)
		x := c.say(t, "officer", "ours", `{"body":"soon gone"}`, http.StatusCreated)
		err := c.shed.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error { return c.shed.kit.Remarks.Gone(t.Context(), tx, "tool", "ours") })
		if err != nil {
			t.Fatal(err)
		}
		kerneltest.Wait(t, "the comments to go", func() bool { return len(c.list(t, "officer", "ours")) == 0 })
		if r := c.Get(t, "/api/remark/comments/"+x.ID+"/versions", "officer"); r.Status != http.StatusNotFound {
			t.Errorf("the comment is still there: %d", r.Status)
		}
	})
}

func TestTextIsKeptPlain(t *testing.T) {
	for in, want := range map[string]string{
		"  a\r\nb\rc  ": "a\nb\nc", "a\x00b\x1b[31m": "ab[31m", "\u202Eevil\u202C": "evil", "👩\u200d💻": "👩\u200d💻", "<b>x</b>": "<b>x</b>", "a\xff\xfeb": "ab", "\ufeffx": "x",
	} {
		if got := remark.Clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzTextIsKeptPlain(f *testing.F) {
	f.Add("a\r\nb")
	f.Fuzz(func(t *testing.T, in string) {
		once := remark.Clean(in)
		if remark.Clean(once) != once || strings.ContainsAny(once, "\x00\r\x1b\u202e") {
			t.Errorf("clean(%q) = %q", in, once)
		}
	})
}
