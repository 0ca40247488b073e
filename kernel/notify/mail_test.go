package notify_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// mailCity is a city with a mail server, in which administrator and officer have addresses.
func mailCity(t *testing.T, mode string, more string) (*kerneltest.City, *kerneltest.MailServer) {
	t.Helper()
	m := kerneltest.StartMail(t, mode)
	c := kerneltest.Start(t, noRooms, kerneltest.Options{Rooms: map[string]json.RawMessage{
		"notify": rawf(`{"mail":%s,"timeout":"5s","retry-after":"50ms"%s}`, m.Settings(mode), more),
	}})
	address(t, c, "administrator", "administrator@city.test", "zh")
	address(t, c, "officer", "officer@city.test", "en")
	return c, m
}

// rawf writes a section of the configuration.
func rawf(format string, args ...any) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(format, args...))
}

func address(t testing.TB, c *kerneltest.City, who, email, language string) {
	t.Helper()
	body := fmt.Sprintf(`{"name":%q,"email":%q,"language":%q}`, who, email, language)
	if r := c.Send(t, "PUT", "/api/system/me", who, body); r.Status != http.StatusNoContent {
		t.Fatalf("address of %s: %d %s", who, r.Status, r.Body)
	}
}

type deliveryRow struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
	Address  string `json:"address"`
}

func deliveries(t testing.TB, c *kerneltest.City, query string) []deliveryRow {
	t.Helper()
	var page sqldb.Page[deliveryRow]
	r := c.Get(t, "/api/notify/deliveries"+query, "administrator")
	if r.Status != http.StatusOK {
		t.Fatalf("deliveries: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &page)
	return page.Items
}

func TestMailArrivesAtARealServer(t *testing.T) {
	for _, mode := range []string{"starttls", "implicit", "none"} {
		t.Run(mode, func(t *testing.T) {
			c, m := mailCity(t, mode, "")
			announce(t, c, "administrator", "关于报送二季度数据的通知")
			kerneltest.Wait(t, "two letters", func() bool { return len(m.Letters("")) == 2 })
			l := m.Letters("administrator@city.test")[0]
			if l.Subject != "[领航] 关于报送二季度数据的通知" || !l.ASCII {
				t.Errorf("subject %q, header in ASCII %v", l.Subject, l.ASCII)
			}
			if l.Type != "multipart/alternative" || !strings.Contains(l.Text, "内容") || !strings.Contains(l.HTML, "查看详情") || !strings.Contains(l.HTML, c.URL+"/platforms") {
				t.Errorf("%s\n%s\n%s", l.Type, l.Text, l.HTML)
			}
			if mode != "none" && (!l.TLS || l.Login != "linghang") {
				t.Errorf("TLS %v, login %q", l.TLS, l.Login)
			}
			if en := m.Letters("officer@city.test")[0]; !strings.Contains(en.HTML, ">Open<") || !strings.HasPrefix(en.Subject, "[Linghang]") {
				t.Errorf("in English: %s %s", en.Subject, en.HTML)
			}
			kerneltest.Wait(t, "both to be recorded", func() bool { return len(deliveries(t, c, "?state=sent")) == 2 })
		})
	}
}

func TestARefusedMailboxIsAVisibleFailureAndABusyOneIsTriedAgain(t *testing.T) {
	c, m := mailCity(t, "starttls", "")
	address(t, c, "officer", "nobody@city.test", "zh")
	address(t, c, "administrator", "later@city.test", "zh")
	announce(t, c, "administrator", "通知")
	kerneltest.Wait(t, "the busy mailbox to take it", func() bool { return len(m.Letters("later@city.test")) == 1 })
	kerneltest.Wait(t, "the failure", func() bool { return len(deliveries(t, c, "?state=failed")) == 1 })
	failed := deliveries(t, c, "?state=failed")[0]
	if failed.Address != "nobody@city.test" || !strings.Contains(failed.Reason, "no such mailbox") || failed.Attempts != 1 {
		t.Errorf("failed: %+v", failed)
	}
	kerneltest.Wait(t, "the other to be recorded", func() bool { return len(deliveries(t, c, "?state=sent")) == 1 })
	if sent := deliveries(t, c, "?state=sent")[0]; sent.Attempts != 2 {
		t.Errorf("sent: %+v", sent)
	}
	if r := c.Send(t, "POST", "/api/notify/deliveries/"+failed.ID+"/retry", "administrator", "{}"); r.Status != http.StatusOK {
		t.Errorf("retry: %d %s", r.Status, r.Body)
	}
	kerneltest.Wait(t, "the repeat to fail too", func() bool { return len(deliveries(t, c, "?state=failed")) == 1 })
}

func TestAWrongPasswordIsNobodysBounce(t *testing.T) {
	m := kerneltest.StartMail(t, "starttls")
	settings := strings.Replace(m.Settings("starttls"), `"login":"linghang"`, `"login":"stranger"`, 1)
	c := kerneltest.Start(t, noRooms, kerneltest.Options{Rooms: map[string]json.RawMessage{"notify": rawf(`{"mail":%s,"timeout":"5s","retry-after":"20ms"}`, settings)}})
	address(t, c, "administrator", "administrator@city.test", "zh")
	announce(t, c, "administrator", "通知")
	kerneltest.Wait(t, "several attempts", func() bool {
		list := deliveries(t, c, "?state=waiting")
		return len(list) == 1 && list[0].Attempts > 1 && strings.Contains(list[0].Reason, "connect to")
	})
	var v struct {
		OK     bool   `json:"ok"`
		Answer string `json:"answer"`
	}
	c.Send(t, "POST", "/api/notify/mail/test", "administrator", "{}").Decode(t, &v)
	if v.OK || v.Answer == "" {
		t.Errorf("the test said %+v", v)
	}
}
