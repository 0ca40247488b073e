package notify_test

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/notify"
	"linghang/kernel/sqldb"
)

func noRooms(*kernel.Kernel) []module.Module { return nil }

func unread(t testing.TB, c *kerneltest.City, who string) int {
	t.Helper()
	var v struct {
		Count int `json:"count"`
	}
	r := c.Get(t, "/api/notify/inbox/unread", who)
	if r.Status != http.StatusOK {
		t.Fatalf("unread of %s: %d %s", who, r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v.Count
}

func inbox(t testing.TB, c *kerneltest.City, who, query string) sqldb.Page[notify.Item] {
	t.Helper()
	var page sqldb.Page[notify.Item]
	r := c.Get(t, "/api/notify/inbox"+query, who)
	if r.Status != http.StatusOK {
		t.Fatalf("inbox of %s: %d %s", who, r.Status, r.Body)
	}
	r.Decode(t, &page)
	return page
}

func announce(t testing.TB, c *kerneltest.City, who, title string) {
	t.Helper()
	body := fmt.Sprintf(`{"title":{"zh":%q,"en":""},"text":{"zh":"内容","en":"text"},"link":"/platforms"}`, title)
	if r := c.Send(t, "POST", "/api/notify/announcements", who, body); r.Status != http.StatusNoContent {
		t.Fatalf("announce as %s: %d %s", who, r.Status, r.Body)
	}
}

func TestAnAnnouncementReachesEverybodyBelowOnceAndNobodyElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		people := []string{"officer", "viewer-ours", "viewer-theirs"}
		for _, who := range people {
			c.Cookie(t, who)
		}
		announce(t, c, "officer", "放假通知")
		for _, who := range people {
			kerneltest.Wait(t, who+" to be told", func() bool { return unread(t, c, who) == 1 })
			page := inbox(t, c, who, "?state=unread")
			if page.Total != 1 || page.Items[0].Title.EN != "放假通知" || page.Items[0].By != "officer" {
				t.Errorf("inbox of %s: %+v", who, page)
			}
		}
		if r := c.Send(t, "POST", "/api/notify/announcements", "manager-ours", `{"title":{"zh":"x","en":""},"text":{"zh":"","en":""}}`); r.Status != http.StatusForbidden {
			t.Errorf("a manager announced: %d %s", r.Status, r.Body)
		}
		if r := c.Send(t, "POST", "/api/notify/announcements", "officer", `{"title":{"zh":"x","en":""},"text":{"zh":"","en":""},"link":"//evil.example"}`); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("a link to elsewhere was taken: %d %s", r.Status, r.Body)
		}
	})
}

func TestMarkingAsReadTouchesOnesOwnInboxOnly(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	c.Cookie(t, "viewer-ours")
	announce(t, c, "administrator", "一")
	announce(t, c, "administrator", "二")
	for _, who := range []string{"viewer-ours", "administrator"} {
		kerneltest.Wait(t, who+" to be told twice", func() bool { return unread(t, c, who) == 2 })
	}
	id := inbox(t, c, "viewer-ours", "").Items[0].ID
	mark := func(body string) {
		t.Helper()
		if r := c.Send(t, "POST", "/api/notify/inbox/read", "viewer-ours", body); r.Status != http.StatusOK {
			t.Fatalf("mark: %d %s", r.Status, r.Body)
		}
	}
	mark(fmt.Sprintf(`{"ids":[%q]}`, id))
	if got := unread(t, c, "viewer-ours"); got != 1 {
		t.Errorf("%d unread after one was read", got)
	}
	mark(fmt.Sprintf(`{"ids":[%q],"unread":true}`, id))
	mark(`{}`)
	if got := unread(t, c, "viewer-ours"); got != 0 {
		t.Errorf("%d unread after all were read", got)
	}
	if got := unread(t, c, "administrator"); got != 2 {
		t.Errorf("somebody else's inbox has %d unread", got)
	}
	if page := inbox(t, c, "viewer-ours", "?q=二"); page.Total != 1 || page.Items[0].ReadAt == nil {
		t.Errorf("search found %+v", page)
	}
}

func TestMandatoryKindsCannotBeSwitchedOff(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	put := func(body string) kerneltest.Reply {
		return c.Send(t, "PUT", "/api/notify/preferences", "viewer-ours", body)
	}
	if r := put(`{"language":"en","quiet_from":"22:00","quiet_to":"07:00","digest_hour":9,"kinds":[]}`); r.Status != http.StatusOK {
		t.Fatalf("save: %d %s", r.Status, r.Body)
	}
	var v struct {
		QuietFrom string `json:"quiet_from"`
		Hour      int    `json:"digest_hour"`
		Kinds     []struct {
			Kind      string `json:"kind"`
			Mandatory bool   `json:"mandatory"`
		} `json:"kinds"`
	}
	c.Get(t, "/api/notify/preferences", "viewer-ours").Decode(t, &v)
	if v.QuietFrom != "22:00" || v.Hour != 9 || len(v.Kinds) == 0 {
		t.Errorf("read back %+v", v)
	}
	for _, bad := range []string{
		`{"language":"","quiet_from":"","quiet_to":"","digest_hour":-1,"kinds":[{"kind":"notify.announcement.made","inbox":false,"mail":"at_once"}]}`,
		`{"language":"","quiet_from":"","quiet_to":"","digest_hour":-1,"kinds":[{"kind":"no.such","inbox":true,"mail":"off"}]}`,
		`{"language":"","quiet_from":"25:00","quiet_to":"","digest_hour":-1,"kinds":[]}`,
	} {
		if r := put(bad); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, r.Status, r.Body)
		}
	}
}
