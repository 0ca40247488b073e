package system_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

const uscc = "91350100M000100Y43" // the example of GB 32100-2015

func application(login, code string) string {
	return fmt.Sprintf(`{"kind":"enterprise","name":{"zh":"申请企业","en":""},"uscc":%q,"district":"370202","contact_name":"张三","contact_phone":"0532-1234567",
		"contact_email":"z@applicant.test","login":%q,"password":"correct horse battery staple","language":"zh","consent":"2026-1"}`, code, login)
}

type applied struct {
	ID      string `json:"id"`
	Secret  string `json:"secret"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
	Version int64  `json:"version"`
}

func register(t *testing.T, c *kerneltest.City, body string) applied {
	t.Helper()
	var a applied
	r := c.Send(t, "POST", "/api/system/registration", "", body)
	if r.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &a)
	return a
}

func decide(t *testing.T, c *kerneltest.City, id, body string) kerneltest.Reply {
	t.Helper()
	var a applied
	c.Get(t, "/api/system/registrations/"+id, "officer").Decode(t, &a)
	return c.Send(t, "POST", "/api/system/registrations/"+id+"/decision", "officer", body, "If-Match", fmt.Sprintf(`"%d"`, a.Version))
}

func TestAnOrganisationRegistersIsReturnedMendsItAndGetsIn(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			mail := kerneltest.StartMail(t, "none")
			o := kerneltest.Options{Rooms: map[string]json.RawMessage{"notify": json.RawMessage(`{"mail":` + mail.Settings("none") + `}`)}}
			if engine == "postgres" {
				o.DatabaseURL = kerneltest.PostgresDatabase(t)
			}
			c := kerneltest.Start(t, noRooms, o)
			c.Cookie(t, "officer")
			a := register(t, c, application("applicant", uscc))
			kerneltest.Wait(t, "the officer to be told", func() bool {
				return strings.Contains(string(c.Get(t, "/api/notify/inbox", "officer").Body), "system.registration.submitted")
			})
			if r := decide(t, c, a.ID, `{"decision":"return"}`); r.Status != http.StatusUnprocessableEntity {
				t.Errorf("returned without a reason: %d %s", r.Status, r.Body)
			}
			if r := decide(t, c, a.ID, `{"decision":"return","reason":"名称与执照不符"}`); r.Status != http.StatusOK {
				t.Fatalf("return: %d %s", r.Status, r.Body)
			}
			kerneltest.Wait(t, "the letter with the link", func() bool { return len(mail.Letters("z@applicant.test")) == 1 })
			link := regexp.MustCompile(`/registration#(\S+)`).FindStringSubmatch(mail.Letters("z@applicant.test")[0].Text)
			if link == nil || link[1] != a.Secret {
				t.Fatalf("the letter says %q", mail.Letters("z@applicant.test")[0].Text)
			}
			var own applied
			c.Send(t, "GET", "/api/system/registration", "", "", "X-Registration-Secret", link[1]).Decode(t, &own)
			if own.State != "returned" || own.Reason != "名称与执照不符" {
				t.Errorf("the applicant sees %+v", own)
			}
			again := strings.Replace(application("applicant", uscc), "申请企业", "申请企业有限公司", 1)
			if r := c.Send(t, "PUT", "/api/system/registration", "", again, "X-Registration-Secret", a.Secret); r.Status != http.StatusOK {
				t.Fatalf("submit again: %d %s", r.Status, r.Body)
			}
			if r := decide(t, c, a.ID, `{"decision":"approve"}`); r.Status != http.StatusOK {
				t.Fatalf("approve: %d %s", r.Status, r.Body)
			}
			r := c.Send(t, "POST", "/api/system/sign-in", "", `{"login":"applicant","password":"correct horse battery staple"}`)
			if r.Status != http.StatusOK || !strings.Contains(string(r.Body), "申请企业有限公司") || !strings.Contains(string(r.Body), `"manager"`) {
				t.Errorf("sign in: %d %s", r.Status, r.Body)
			}
			if r := decide(t, c, a.ID, `{"decision":"refuse","reason":"x"}`); r.Status != http.StatusConflict {
				t.Errorf("decided twice: %d %s", r.Status, r.Body)
			}
			b := register(t, c, application("another", uscc))
			if r := c.Get(t, "/api/system/registrations/"+b.ID, "officer"); !strings.Contains(string(r.Body), `"what":"organisation"`) {
				t.Errorf("the namesake is not shown: %s", r.Body)
			}
			if r := decide(t, c, b.ID, `{"decision":"approve"}`); r.Status != http.StatusConflict {
				t.Errorf("the same code twice: %d %s", r.Status, r.Body)
			}
		})
	}
}

func TestRegistrationsAreCheckedAndLimited(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	bad := func(field, body string) {
		t.Helper()
		r := c.Send(t, "POST", "/api/system/registration", "", body)
		if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), field) {
			t.Errorf("%s: %d %s", field, r.Status, r.Body)
		}
	}
	good := application("applicant", uscc)
	bad("body.uscc", application("applicant", "91350100M000100Y44"))
	bad("body.district", strings.Replace(good, "370202", "110101", 1))
	bad("body.consent", strings.Replace(good, "2026-1", "no", 1))
	bad("body.contact_email", strings.Replace(good, "z@applicant.test", "nobody", 1))
	bad("body.kind", strings.Replace(good, `"enterprise"`, `"bureau"`, 1))
	bad("body.password", strings.Replace(good, "correct horse battery staple", "short", 1))
	register(t, c, good)
	if r := c.Send(t, "POST", "/api/system/registration", "", good); r.Status != http.StatusConflict {
		t.Errorf("a login that is applied for: %d %s", r.Status, r.Body)
	}
	for i := range 4 {
		register(t, c, application(fmt.Sprintf("applicant%d", i), uscc))
	}
	if r := c.Send(t, "POST", "/api/system/registration", "", application("sixth", uscc)); r.Status != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth in an hour: %d %s", r.Status, r.Body)
	}
	elsewhere := httptest.NewRequest("POST", "/api/system/registration", strings.NewReader(application("sixth", uscc)))
	elsewhere.RemoteAddr = "198.51.100.7:1234"
	elsewhere.Header.Set("Content-Type", "application/json")
	if r := c.Do(elsewhere); r.Status != http.StatusCreated {
		t.Errorf("from another network: %d %s", r.Status, r.Body)
	}
	if r := c.Send(t, "GET", "/api/system/registration", "", "", "X-Registration-Secret", url.QueryEscape("guess")); r.Status != http.StatusNotFound {
		t.Errorf("a guessed secret: %d %s", r.Status, r.Body)
	}
	if r := c.Get(t, "/api/system/registrations", "manager-ours"); r.Status != http.StatusForbidden {
		t.Errorf("a manager read registrations: %d", r.Status)
	}
}
