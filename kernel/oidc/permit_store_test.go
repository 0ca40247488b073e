package oidc_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/oidc"
	"linghang/kernel/sqldb"
)

func TestCodesAndRefreshTokensEnd(t *testing.T) {
	kerneltest.EachEngine(t, oidc.Schema(), func(t *testing.T, db *sqldb.DB) {
		ctx, now := t.Context(), time.Now()
		p, err := oidc.NewPermits(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		allow := func(id string, made, until time.Time) {
			t.Helper()
			if err := p.Allow(ctx, id, "code of "+id, made, until); err != nil {
				t.Fatal(err)
			}
		}
		is := func(what string, got, want error) {
			t.Helper()
			if !errors.Is(got, want) || (want == nil && got != nil) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		allow("late", now.Add(-2*time.Minute), now.Add(-time.Minute))
		is("a code after its minute", p.Exchange(ctx, "code of late", "r0"), oidc.ErrExpired)
		is("which is not used up", p.Exchange(ctx, "code of late", "r0"), oidc.ErrExpired)
		allow("good", now, now.Add(time.Minute))
		is("a good code", p.Exchange(ctx, "code of good", "r1"), nil)
		is("a refresh", p.Renew(ctx, "r1", "r2"), nil)
		is("a made-up token", p.Renew(ctx, "rx", "r3"), oidc.ErrUnknown)
		// A permit lasts ninety days, however often it is refreshed.
		allow("old", now.Add(-91*24*time.Hour), now.Add(time.Minute))
		is("a code of an old permit", p.Exchange(ctx, "code of old", "o1"), nil)
		is("its refresh", p.Renew(ctx, "o1", "o2"), oidc.ErrExpired)
		// What is over is forgotten a day later, what is not stays.
		allow("ancient", now.Add(-72*time.Hour), now.Add(-48*time.Hour))
		if err := p.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		is("a forgotten code", p.Exchange(ctx, "code of ancient", "a1"), oidc.ErrUnknown)
		is("the good one goes on", p.Renew(ctx, "r2", "r3"), nil)
		is("reuse", p.Renew(ctx, "r1", "r4"), oidc.ErrReplayed)
	})
}

// Whatever is asked for, a browser stays here.
func FuzzOnlyHere(f *testing.F) {
	for _, s := range []string{"/plan?x=1", "//evil.example", "/\\evil.example", "/\t/evil", "https://evil.example", "/%2f%2fevil", "/a#b", "", "/;//x"} {
		f.Add(s)
	}
	here, _ := url.Parse("https://city.example/sign-in")
	f.Fuzz(func(t *testing.T, next string) {
		got := oidc.OnlyHere(next)
		// Browsers drop tabs and line ends, and take \ for /.
		as := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(got)
		to, err := here.Parse(as)
		if err != nil || to.Host != "city.example" || to.Scheme != "https" {
			t.Errorf("%q leads to %v", next, to)
		}
	})
}

func FuzzTyped(f *testing.F) {
	f.Add("bcdf-ghjk")
	f.Add(" ıſK BCDFGHJK")
	f.Fuzz(func(t *testing.T, text string) {
		if got := oidc.Typed(text); got != "" && (len(got) != 9 || oidc.Typed(got) != got) {
			t.Errorf("%q is read as %q", text, got)
		}
	})
}

// What is registered leads out by TLS, to the machine itself, or to an application.
func FuzzWrongAddress(f *testing.F) {
	for _, s := range []string{"https://a.example/b", "http://127.0.0.1:1/x", "cn.example.app:/x", "javascript:alert(1)", "https://a@b/", "https://a.example/#x", "data.x:text/html,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if oidc.WrongAddress(address) != "" {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Fragment != "" || u.User != nil {
			t.Fatalf("%q was taken", address)
		}
		switch u.Scheme {
		case "https", "http":
			if u.Hostname() == "" {
				t.Errorf("%q was taken", address)
			}
		case "javascript", "data", "vbscript", "blob", "file":
			t.Errorf("%q was taken", address)
		}
	})
}
