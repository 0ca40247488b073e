package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// mailSettings are the section [notify] mail of the configuration. The
// password is in a file, so that no print of the configuration shows it.
type mailSettings struct {
	Host         string `json:"host"`
	Port         int    `json:"port"`
	TLS          string `json:"tls"` // starttls, implicit or none
	CAFile       string `json:"ca-file"`
	Login        string `json:"login"`
	PasswordFile string `json:"password-file"`
	From         string `json:"from"`
	ReplyTo      string `json:"reply-to"`
}

// postman sends e-mail by SMTP.
type postman struct {
	settings mailSettings
	from     *mail.Address
	password string
	roots    *x509.CertPool
	timeout  time.Duration
}

// newPostman reads what sending needs; nil when no server is configured.
func newPostman(s mailSettings, timeout time.Duration) (*postman, error) {
	if s.Host == "" {
		return nil, nil //nolint:nilnil // no server is no mistake: nobody is mailed
	}
	bad := func(key, format string, args ...any) (*postman, error) {
		return nil, fmt.Errorf("configuration [notify] mail.%s: "+format, append([]any{key}, args...)...)
	}
	p := &postman{settings: s, timeout: timeout}
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return bad("from", "%q is no address: %w", s.From, err)
	}
	p.from = from
	switch s.TLS {
	case "", "starttls", "implicit", "none":
	default:
		return bad("tls", "%q is none of starttls, implicit, none", s.TLS)
	}
	if s.PasswordFile != "" {
		text, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return bad("password-file", "%w", err)
		}
		p.password = strings.TrimSpace(string(text))
	}
	if s.CAFile != "" {
		text, err := os.ReadFile(s.CAFile)
		if err != nil {
			return bad("ca-file", "%w", err)
		}
		p.roots = x509.NewCertPool()
		if !p.roots.AppendCertsFromPEM(text) {
			return bad("ca-file", "there is no certificate in %s", s.CAFile)
		}
	}
	return p, nil
}

func (p *postman) client() (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithTimeout(p.timeout), gomail.WithTLSConfig(&tls.Config{ServerName: p.settings.Host, RootCAs: p.roots, MinVersion: tls.VersionTLS12}), gomail.WithoutNoop(),
	}
	switch p.settings.TLS {
	case "implicit":
		options = append(options, gomail.WithSSLPort(false))
	case "none":
		options = append(options, gomail.WithTLSPortPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPortPolicy(gomail.TLSMandatory))
	}
	if p.settings.Port != 0 {
		options = append(options, gomail.WithPort(p.settings.Port))
	}
	if p.settings.Login != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(p.settings.Login), gomail.WithPassword(p.password))
	}
	c, err := gomail.NewClient(p.settings.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare SMTP client: %w", err)
	}
	return c, nil
}

// letter is one e-mail.
type letter struct {
	id      string // becomes the Message-ID: a repeat carries the same one
	to      string
	subject string
	text    string
	html    string
}

func (p *postman) message(l letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(p.from)
	if err := m.To(l.to); err != nil {
		return nil, fmt.Errorf("the address %q cannot be written to: %w", l.to, err)
	}
	if p.settings.ReplyTo != "" {
		if err := m.ReplyTo(p.settings.ReplyTo); err != nil {
			return nil, fmt.Errorf("reply-to: %w", err)
		}
	}
	_, domain, _ := strings.Cut(p.from.Address, "@")
	m.SetMessageIDWithValue(l.id + "@" + domain)
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies, please
	m.Subject(l.subject)
	m.SetBodyString(gomail.TypeTextPlain, l.text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.html)
	return m, nil
}

// connected is one connection, over which several letters go.
type connected struct{ client *gomail.Client }

func (p *postman) connect(ctx context.Context) (*connected, error) {
	c, err := p.client()
	if err != nil {
		return nil, err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", p.settings.Host, err)
	}
	return &connected{c}, nil
}

func (c *connected) close() {
	_ = c.client.Close() // what was accepted is accepted
}

// bounced is a refusal that no further attempt changes.
type bounced struct{ error }

// send hands one letter over. A bounced error means that the server refuses
// this letter for good (RFC 5321, 5yz); all others may pass.
func (c *connected) send(m *gomail.Msg) error {
	err := c.client.Send(m)
	if err == nil {
		return nil
	}
	if refusal, ok := errors.AsType[*gomail.SendError](err); ok && !refusal.IsTemp() && refusal.ErrorCode() >= 500 {
		return bounced{err}
	}
	return err
}
