package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"linghang/kernel/kerneltest"
)

// receiver is the other side of a channel: it keeps what it gets and answers
// as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []call
	answer func(n int, r *http.Request, body []byte) (int, string)
}

type call struct {
	header http.Header
	query  url.Values
	body   []byte
}

func listen(t *testing.T, answer func(n int, r *http.Request, body []byte) (int, string)) *receiver {
	t.Helper()
	x := &receiver{answer: answer}
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		x.mu.Lock()
		x.got = append(x.got, call{r.Header, r.URL.Query(), body})
		n := len(x.got)
		x.mu.Unlock()
		status, text := x.answer(n, r, body)
		if status == http.StatusFound {
			w.Header().Set("Location", "http://127.0.0.1:1/")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(x.Close)
	return x
}

func (x *receiver) calls() []call {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]call{}, x.got...)
}

func channelCity(t *testing.T) *kerneltest.City {
	t.Helper()
	return kerneltest.Start(t, noRooms, kerneltest.Options{Rooms: map[string]json.RawMessage{"notify": json.RawMessage(`{"allow":["127.0.0.0/8"],"timeout":"5s","retry-after":"50ms"}`)}})
}

type madeChannel struct {
	ID      string `json:"id"`
	Secret  string `json:"secret"`
	Version int64  `json:"version"`
	Enabled bool   `json:"enabled"`
	Host    string `json:"host"`
}

func addChannel(t *testing.T, c *kerneltest.City, kind, address, secret string) madeChannel {
	t.Helper()
	body := fmt.Sprintf(`{"type":%q,"name":"值班群","url":%q,"secret":%q,"language":"zh","kinds":[],"enabled":true}`, kind, address, secret)
	r := c.Send(t, "POST", "/api/notify/channels", "administrator", body)
	if r.Status != http.StatusCreated {
		t.Fatalf("add channel: %d %s", r.Status, r.Body)
	}
	var v madeChannel
	r.Decode(t, &v)
	return v
}

func hmac64(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestAWebhookIsSignedAsTheStandardSaysAndRepeatedUnderOneID(t *testing.T) {
	c := channelCity(t)
	x := listen(t, func(n int, _ *http.Request, _ []byte) (int, string) {
		if n <= 2 {
			return http.StatusInternalServerError, "not yet"
		}
		return http.StatusOK, ""
	})
	ch := addChannel(t, c, "webhook", x.URL+"/hook", "")
	announce(t, c, "administrator", "放假通知")
	kerneltest.Wait(t, "the third attempt to be recorded", func() bool { return len(deliveries(t, c, "?state=sent&way=channel")) == 1 })
	verifier, err := webhooks.NewWebhook(ch.Secret)
	if err != nil {
		t.Fatal(err)
	}
	calls := x.calls()
	if len(calls) != 3 {
		t.Fatalf("%d calls", len(calls))
	}
	for _, got := range calls {
		if err := verifier.Verify(got.body, got.header); err != nil {
			t.Errorf("the standard's own verifier: %v", err)
		}
		if id := got.header.Get("webhook-id"); id != calls[0].header.Get("webhook-id") {
			t.Errorf("repeated under %s", id)
		}
	}
	var body struct {
		Type string `json:"type"`
		Data struct {
			Title struct {
				ZH string `json:"zh"`
			} `json:"title"`
		} `json:"data"`
	}
	if err := json.Unmarshal(calls[0].body, &body); err != nil || body.Type != "notify.announcement.made" || body.Data.Title.ZH != "放假通知" {
		t.Errorf("%v %s", err, calls[0].body)
	}

	r := c.Send(t, "POST", "/api/notify/channels/"+ch.ID+"/secret", "administrator", "{}")
	var rotated madeChannel
	r.Decode(t, &rotated)
	announce(t, c, "administrator", "再次")
	kerneltest.Wait(t, "the next message", func() bool { return len(x.calls()) == 4 })
	last := x.calls()[3]
	for _, secret := range []string{ch.Secret, rotated.Secret} {
		v, err := webhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Verify(last.body, last.header); err != nil {
			t.Errorf("while the secret is changed: %v", err)
		}
	}
	for _, who := range []string{"administrator"} {
		if r := c.Get(t, "/api/notify/channels", who); strings.Contains(string(r.Body), "whsec_") || strings.Contains(string(r.Body), "/hook") {
			t.Errorf("the list tells secrets: %s", r.Body)
		}
	}
}

func TestRobotsGetTheFormTheirMakersPublished(t *testing.T) {
	c := channelCity(t)
	const secret = "SECd2f1"
	checks := map[string]func(got call) error{
		"wecom": func(got call) error {
			var b struct {
				MsgType  string `json:"msgtype"`
				Markdown struct {
					Content string `json:"content"`
				} `json:"markdown"`
			}
			if err := json.Unmarshal(got.body, &b); err != nil {
				return err
			}
			if b.MsgType != "markdown" || !strings.Contains(b.Markdown.Content, "放假通知") || len(b.Markdown.Content) > 4096 || got.query.Get("key") != "k" {
				return fmt.Errorf("%s %v", got.body, got.query)
			}
			return nil
		},
		"dingtalk": func(got call) error {
			stamp := got.query.Get("timestamp")
			ms, err := strconv.ParseInt(stamp, 10, 64)
			if err != nil || time.Since(time.UnixMilli(ms)).Abs() > time.Hour {
				return fmt.Errorf("timestamp %s", stamp)
			}
			if got.query.Get("sign") != hmac64(secret, stamp+"\n"+secret) || got.query.Get("access_token") != "k" {
				return fmt.Errorf("signature: %v", got.query)
			}
			var b struct {
				MsgType  string            `json:"msgtype"`
				Markdown map[string]string `json:"markdown"`
			}
			if err := json.Unmarshal(got.body, &b); err != nil || b.MsgType != "markdown" || b.Markdown["title"] != "放假通知" || b.Markdown["text"] == "" {
				return fmt.Errorf("%v: %s", err, got.body) //nolint:errorlint // err may be nil here
			}
			return nil
		},
		"feishu": func(got call) error {
			var b struct {
				Timestamp string `json:"timestamp"`
				Sign      string `json:"sign"`
				MsgType   string `json:"msg_type"`
				Content   struct {
					Post map[string]struct {
						Title   string                `json:"title"`
						Content [][]map[string]string `json:"content"`
					} `json:"post"`
				} `json:"content"`
			}
			if err := json.Unmarshal(got.body, &b); err != nil {
				return err
			}
			if b.Sign != hmac64(b.Timestamp+"\n"+secret, "") || b.MsgType != "post" || b.Content.Post["zh_cn"].Title != "放假通知" || b.Content.Post["zh_cn"].Content[0][0]["tag"] != "text" {
				return fmt.Errorf("%s", got.body)
			}
			return nil
		},
	}
	paths := map[string]string{"wecom": "/cgi-bin/webhook/send?key=k", "dingtalk": "/robot/send?access_token=k", "feishu": "/open-apis/bot/v2/hook/k"}
	all := map[string]*receiver{}
	for kind := range checks {
		all[kind] = listen(t, func(int, *http.Request, []byte) (int, string) {
			return 200, `{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}`
		})
		addChannel(t, c, kind, all[kind].URL+paths[kind], secret)
	}
	announce(t, c, "administrator", "放假通知")
	for kind, check := range checks {
		kerneltest.Wait(t, kind+" to be told", func() bool { return len(all[kind].calls()) == 1 })
		if err := check(all[kind].calls()[0]); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestRobotsRefuseInsideA200AndAreBelieved(t *testing.T) {
	c := channelCity(t)
	wrong := listen(t, func(int, *http.Request, []byte) (int, string) {
		return 200, `{"errcode":310000,"errmsg":"sign not match"}`
	})
	busy := listen(t, func(int, *http.Request, []byte) (int, string) {
		return 200, `{"errcode":45009,"errmsg":"api freq out of limit"}`
	})
	addChannel(t, c, "dingtalk", wrong.URL+"/robot/send?access_token=k", "SEC1")
	addChannel(t, c, "wecom", busy.URL+"/cgi-bin/webhook/send?key=k", "")
	announce(t, c, "administrator", "通知")
	kerneltest.Wait(t, "the wrong signature to fail", func() bool { return len(deliveries(t, c, "?state=failed&way=channel")) == 1 })
	if d := deliveries(t, c, "?state=failed&way=channel")[0]; !strings.Contains(d.Reason, "sign not match") {
		t.Errorf("reason %q", d.Reason)
	}
	kerneltest.Wait(t, "the limit to be told", func() bool {
		list := deliveries(t, c, "?state=waiting&way=channel")
		return len(list) == 1 && strings.Contains(list[0].Reason, "45009")
	})
	if n := len(busy.calls()); n != 1 {
		t.Errorf("a robot that asked for patience was called %d times", n)
	}
}

func TestRobotsAreNotToldMoreThanTheyTakeInAMinute(t *testing.T) {
	c := channelCity(t)
	x := listen(t, func(int, *http.Request, []byte) (int, string) { return 200, `{"errcode":0,"errmsg":"ok"}` })
	addChannel(t, c, "wecom", x.URL+"/cgi-bin/webhook/send?key=k", "")
	for i := range 25 {
		announce(t, c, "administrator", fmt.Sprintf("第 %d 条", i))
	}
	kerneltest.Wait(t, "five to wait for the next minute", func() bool {
		waiting := 0
		for _, d := range deliveries(t, c, "?state=waiting&way=channel&limit=100") {
			if strings.Contains(d.Reason, "a minute") {
				waiting++
			}
		}
		return len(deliveries(t, c, "?state=sent&way=channel&limit=100")) == 20 && waiting == 5
	})
	if n := len(x.calls()); n != 20 {
		t.Errorf("%d messages in a minute", n)
	}
}

func TestChannelsDoNotLeadIntoPrivateNetworksOrFollowRedirects(t *testing.T) {
	closed := kerneltest.Start(t, noRooms)
	x := listen(t, func(int, *http.Request, []byte) (int, string) { return 200, "" })
	_, port, _ := strings.Cut(strings.TrimPrefix(x.URL, "http://"), ":")
	var v struct {
		OK     bool   `json:"ok"`
		Answer string `json:"answer"`
	}
	for _, address := range []string{"https://127.0.0.1:" + port, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port, "https://0.0.0.0:" + port, x.URL} {
		ch := addChannel(t, closed, "webhook", address, "")
		closed.Send(t, "POST", "/api/notify/channels/"+ch.ID+"/test", "administrator", "{}").Decode(t, &v)
		if v.OK || !strings.Contains(v.Answer, "private network") && !strings.Contains(v.Answer, "allowed") {
			t.Errorf("%s: %+v", address, v)
		}
	}
	if n := len(x.calls()); n != 0 {
		t.Errorf("it was reached %d times", n)
	}
	open := channelCity(t)
	turn := listen(t, func(int, *http.Request, []byte) (int, string) { return http.StatusFound, "" })
	ch := addChannel(t, open, "webhook", turn.URL, "")
	open.Send(t, "POST", "/api/notify/channels/"+ch.ID+"/test", "administrator", "{}").Decode(t, &v)
	if v.OK || !strings.Contains(v.Answer, "302") || len(turn.calls()) != 1 {
		t.Errorf("a redirect: %+v, %d calls", v, len(turn.calls()))
	}
}

func TestAChannelWhoseOtherSideIsGoneIsSwitchedOff(t *testing.T) {
	c := channelCity(t)
	x := listen(t, func(int, *http.Request, []byte) (int, string) { return http.StatusGone, "" })
	ch := addChannel(t, c, "webhook", x.URL, "")
	announce(t, c, "administrator", "通知")
	kerneltest.Wait(t, "the channel to be off", func() bool {
		var now madeChannel
		c.Get(t, "/api/notify/channels/"+ch.ID, "administrator").Decode(t, &now)
		return !now.Enabled
	})
}

func TestAddressesOfChannelsAreChecked(t *testing.T) {
	c := channelCity(t)
	for kind, address := range map[string]string{
		"wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "dingtalk": "https://oapi.dingtalk.com/robot/send?token=x", "feishu": "https://open.feishu.cn/hook/x",
		"webhook": "ftp://example.cn/",
	} {
		body := fmt.Sprintf(`{"type":%q,"name":"群","url":%q,"language":"zh","kinds":[],"enabled":true}`, kind, address)
		if r := c.Send(t, "POST", "/api/notify/channels", "administrator", body); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.url") {
			t.Errorf("%s %s: %d %s", kind, address, r.Status, r.Body)
		}
	}
}
