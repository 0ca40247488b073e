package notify

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// The types of channels.
const (
	typeWebhook  = "webhook"
	typeWeCom    = "wecom"
	typeDingTalk = "dingtalk"
	typeFeishu   = "feishu"
)

// channel is where an organisation is told.
type channel struct {
	ID             string
	OrganisationID string
	Type           string
	Name           string
	Host           string // of the address, which itself opens the group chat
	URL            string `audit:"hidden"` // sealed
	Secret         string // sealed; empty when the robot has none
	Former         string `audit:"hidden"` // the secret before a rotation, sealed
	FormerUntil    time.Time
	Language       string
	Kinds          []string // empty: all
	Enabled        bool
	CreatedAt      time.Time
	Version        int64
}

// backlog bounds how much waits for one channel.
const backlog = 1000

// rotation is how long the former secret signs too.
const rotation = 24 * time.Hour

// pace is how many messages a minute a channel takes: what the makers of the
// robots publish, and what is polite to a webhook.
func (c channel) pace() int {
	switch c.Type {
	case typeFeishu:
		return 100
	case typeWeCom, typeDingTalk:
		return 20
	default:
		return 600
	}
}

func (c channel) wants(kind string) bool {
	return c.Enabled && (len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind))
}

// checkAddress refuses what cannot be the address of a channel; where it leads
// is checked again at every connection.
func checkAddress(kind, text string) (*url.URL, error) {
	bad := fault.New(fault.Invalid, "notify.channel.address", "this cannot be the address of a channel")
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.Fragment != "" {
		return nil, bad.At("body.url", "an address that begins with https://, without a login")
	}
	want := map[string]string{typeWeCom: "/cgi-bin/webhook/send", typeDingTalk: "/robot/send", typeFeishu: "/open-apis/bot/v2/hook/"}[kind]
	if want != "" && !strings.HasPrefix(u.Path, want) {
		return nil, bad.At("body.url", "copy the whole address of the robot from the group; its path begins with %s", want)
	}
	if kind == typeWeCom && u.Query().Get("key") == "" || kind == typeDingTalk && u.Query().Get("access_token") == "" {
		return nil, bad.At("body.url", "copy the whole address of the robot from the group, with what follows the ?")
	}
	return u, nil
}

// newWebhookSecret returns a secret in the form of Standard Webhooks.
func newWebhookSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make secret: %w", err)
	}
	return "whsec_" + base64.StdEncoding.EncodeToString(b), nil
}
