package oidc

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// provider is one of others by whose word people sign in here.
type provider struct {
	ID           string
	Name         lang.Text
	Issuer       string
	ClientID     string
	Domains      []string // of e-mail addresses that the provider answers for
	SecondFactor bool     // its word on two factors counts
	ACRValues    []string // that stand for two factors, and are asked for
	Enabled      bool
	CreatedAt    time.Time
	Version      int64

	secret string // sealed; empty for a public client
}

// ProviderInput is what adding or editing a provider asks for.
type ProviderInput struct {
	Name         lang.Text `json:"name"`
	Issuer       string    `json:"issuer" maxLength:"300" doc:"Below it is /.well-known/openid-configuration"`
	ClientID     string    `json:"client_id" maxLength:"200" doc:"Under which this installation is registered there"`
	Secret       string    `json:"secret,omitempty" maxLength:"500" doc:"Empty when editing: as it was"`
	Domains      []string  `json:"domains" nullable:"false" maxItems:"50" doc:"People with a verified e-mail address of these are known by it; empty: everybody links their account by hand first"`
	SecondFactor bool      `json:"second_factor" doc:"Its word on two factors counts here"`
	ACRValues    []string  `json:"acr_values" nullable:"false" maxItems:"10" doc:"Contexts that stand for two factors there; amr mfa does so too"`
	Enabled      bool      `json:"enabled"`
}

var domainForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)

// fill checks what was typed and puts it into a provider.
func (in ProviderInput) fill(p provider) (provider, error) {
	f := fault.New(fault.Invalid, "oidc.provider.invalid", "the provider cannot be added so")
	p.Name = lang.Text{ZH: strings.TrimSpace(in.Name.ZH), EN: strings.TrimSpace(in.Name.EN)}
	if p.Name.ZH == "" {
		p.Name.ZH = p.Name.EN
	}
	if p.Name.ZH == "" {
		_ = f.At("body.name", "give a name that people recognise")
	}
	p.Issuer = strings.TrimSpace(in.Issuer)
	if !isIssuer(p.Issuer) {
		_ = f.At("body.issuer", "https://… without ? and #, as the provider writes it")
	}
	if p.ClientID = strings.TrimSpace(in.ClientID); p.ClientID == "" {
		_ = f.At("body.client_id", "register this installation at the provider, and give the client ID")
	}
	p.Domains = sorted(in.Domains)
	for i, d := range p.Domains {
		p.Domains[i] = strings.ToLower(strings.TrimSpace(d))
	}
	if slices.ContainsFunc(p.Domains, func(d string) bool { return !domainForm.MatchString(d) }) {
		_ = f.At("body.domains", "domains such as example.cn, without @")
	}
	p.ACRValues = sorted(in.ACRValues)
	if slices.ContainsFunc(p.ACRValues, func(a string) bool { return a == "" || strings.ContainsAny(a, " \n\t") || len(a) > 200 }) {
		_ = f.At("body.acr_values", "values without spaces, as the provider writes them")
	}
	p.SecondFactor, p.Enabled = in.SecondFactor, in.Enabled
	if len(f.Fields) > 0 {
		return p, f
	}
	return p, nil
}

func isIssuer(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// answersFor reports whether the provider answers for an e-mail address.
func (p provider) answersFor(email string) bool {
	_, domain, ok := strings.Cut(strings.ToLower(email), "@")
	return ok && slices.Contains(p.Domains, domain)
}

// twoFactors reports whether the provider's word stands for two factors.
func (p provider) twoFactors(acr string, amr []string) bool {
	return p.SecondFactor && (slices.Contains(amr, "mfa") || (acr != "" && slices.Contains(p.ACRValues, acr)))
}

// onlyHere returns a path of this origin to go to after signing in, and the home
// page for everything else.
func onlyHere(next string) string {
	u, err := url.Parse(next)
	bad := err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n")
	if bad || strings.HasPrefix(u.Path, "//") || len(next) > 2000 {
		return "/"
	}
	return next
}
