package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// parcel is a message in the form of its channel.
type parcel struct {
	url    string
	header http.Header
	body   []byte
}

// message is what a channel is told.
type message struct {
	id    string // the same at every attempt
	kind  string
	title string
	body  string
	link  string
	open  string // the word on the link
	at    time.Time
	data  any // of webhooks
}

// opened is a channel with its secrets in the clear, for one message.
type opened struct {
	channel
	url     string
	secrets []string // the present one first
}

// pack writes a message as the maker of the channel published it.
func (c opened) pack(m message, now time.Time) (parcel, error) {
	p := parcel{url: c.url, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "User-Agent": {"Linghang"}}}
	var v any
	switch c.Type {
	case typeWeCom:
		v = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": clip(m.markdown("## "), 4096)}}
	case typeDingTalk:
		v = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": clip(m.title, 200), "text": clip(m.markdown("### "), 19_000)}}
	case typeFeishu:
		v = c.feishu(m, now)
	default:
		v = map[string]any{"type": m.kind, "timestamp": m.at.UTC().Format(time.RFC3339), "data": m.data}
	}
	body, err := json.Marshal(v)
	if err != nil {
		return p, fmt.Errorf("write message for %s: %w", c.Type, err)
	}
	p.body = body
	switch c.Type {
	case typeDingTalk:
		p.url, err = signDingTalk(c.url, c.secret(), now)
	case typeWebhook:
		err = signWebhook(p.header, c.secrets, m.id, now, body)
	}
	return p, err
}

func (c opened) secret() string {
	if len(c.secrets) == 0 {
		return ""
	}
	return c.secrets[0]
}

// markdown is the subset that both WeCom and DingTalk show.
func (m message) markdown(heading string) string {
	text := heading + escapeMarkdown(m.title)
	if m.body != "" {
		text += "\n\n" + escapeMarkdown(m.body)
	}
	if m.link != "" {
		text += "\n\n[" + m.open + "](" + m.link + ")"
	}
	return text
}

// escapeMarkdown keeps what somebody typed from becoming links and headings.
func escapeMarkdown(s string) string {
	return strings.NewReplacer("[", "［", "]", "］", "<", "＜", ">", "＞", "#", "＃", "`", "'").Replace(s)
}

// clip cuts a text to so many bytes.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit-3], "") + "…"
}

// feishu writes a post with, where the robot asks for it, its signature in the
// body: HMAC-SHA256 of nothing under "timestamp\nsecret".
func (c opened) feishu(m message, now time.Time) map[string]any {
	lines := [][]map[string]string{}
	if m.body != "" {
		lines = append(lines, []map[string]string{{"tag": "text", "text": clip(m.body, 15_000)}})
	}
	if m.link != "" {
		lines = append(lines, []map[string]string{{"tag": "a", "text": m.open, "href": m.link}})
	}
	language := "zh_cn"
	if c.Language == "en" {
		language = "en_us"
	}
	v := map[string]any{
		"msg_type": "post",
		"content":  map[string]any{"post": map[string]any{language: map[string]any{"title": clip(m.title, 500), "content": lines}}},
	}
	if secret := c.secret(); secret != "" {
		stamp := strconv.FormatInt(now.Unix(), 10)
		v["timestamp"] = stamp
		v["sign"] = digest([]byte(stamp+"\n"+secret), nil)
	}
	return v
}

// signDingTalk adds timestamp and sign to the address: HMAC-SHA256 of
// "timestamp\nsecret" under the secret, with milliseconds.
func signDingTalk(address, secret string, now time.Time) (string, error) {
	if secret == "" {
		return address, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read address: %w", err)
	}
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	q := u.Query()
	q.Set("timestamp", stamp)
	q.Set("sign", digest([]byte(secret), []byte(stamp+"\n"+secret)))
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func digest(key, text []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// signWebhook signs as Standard Webhooks 1.0 does; while a secret is changed,
// both sign.
func signWebhook(header http.Header, secrets []string, id string, now time.Time, body []byte) error {
	stamp := strconv.FormatInt(now.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return fmt.Errorf("read secret of webhook: %w", err)
		}
		signatures[i] = "v1," + digest(key, []byte(id+"."+stamp+"."+string(body)))
	}
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", stamp)
	header.Set("Webhook-Signature", strings.Join(signatures, " "))
	return nil
}

// verdict is what the other side said.
type verdict struct {
	ok     bool
	final  bool
	gone   bool
	wait   time.Duration
	reason string
}

// judge reads an answer. Robots answer 200 with a code of their own in the body.
func (c channel) judge(status int, header http.Header, body []byte) verdict {
	if c.Type == typeWebhook || status >= 300 {
		v := verdict{ok: status >= 200 && status < 300, gone: status == http.StatusGone, reason: fmt.Sprintf("HTTP %d", status)}
		v.final = v.gone
		if s, err := strconv.Atoi(header.Get("Retry-After")); err == nil && s > 0 {
			v.wait = time.Duration(min(s, 3600)) * time.Second
		}
		if text := strings.TrimSpace(string(body)); !v.ok && text != "" {
			v.reason += ": " + oneLine(clip(text, 200))
		}
		return v
	}
	var answer struct {
		ErrCode    *int   `json:"errcode"`
		ErrMsg     string `json:"errmsg"`
		Code       *int   `json:"code"`
		Msg        string `json:"msg"`
		StatusCode *int   `json:"StatusCode"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return verdict{reason: "the answer cannot be read: " + oneLine(clip(string(body), 200))}
	}
	code, text := answer.ErrCode, answer.ErrMsg
	if c.Type == typeFeishu {
		code, text = answer.Code, answer.Msg
		if code == nil {
			code = answer.StatusCode
		}
	}
	if code == nil {
		return verdict{reason: "the answer has no code: " + oneLine(clip(string(body), 200))}
	}
	v := verdict{ok: *code == 0, reason: fmt.Sprintf("%d %s", *code, oneLine(clip(text, 200)))}
	v.wait, v.final = c.meaning(*code)
	return v
}

// meaning tells the codes that ask for patience from those that no repeat
// mends: a wrong key or signature, a missing keyword, a removed robot.
func (c channel) meaning(code int) (wait time.Duration, final bool) {
	switch c.Type {
	case typeWeCom:
		switch code {
		case 45009:
			return time.Minute, false
		case 93000, 93004, 93008, 40008, 40058, 45002:
			return 0, true
		}
	case typeDingTalk:
		switch code {
		case 130101, 410100, 90018:
			return 10 * time.Minute, false
		case 310000, 300001, 300005, 400013, 400101, 400102, 40035:
			return 0, true
		}
	case typeFeishu:
		switch code {
		case 11232:
			return time.Minute, false
		case 9499, 19001, 19002, 19021, 19022, 19024:
			return 0, true
		}
	}
	return 0, false
}
