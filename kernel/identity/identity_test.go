package identity_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"linghang/kernel"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

const password = "a long enough secret"

func permissions() []identity.Permission {
	return []identity.Permission{
		{ID: "a.view", Roles: []identity.Role{identity.Viewer, identity.Manager}},
		{ID: "a.edit", Roles: []identity.Role{identity.Manager}},
		{ID: "a.rule"},
	}
}

// village is a directory that is set up, with two operators below the bureau.
type village struct {
	*identity.Directory
	admin        context.Context //nolint:containedctx // who asks, in a test
	ours, theirs identity.Organisation
}

func settle(t testing.TB, db *sqldb.DB) village {
	t.Helper()
	catalogue, err := identity.NewCatalogue(permissions())
	if err != nil {
		t.Fatal(err)
	}
	v := village{Directory: identity.NewDirectory(db, catalogue)}
	v.HashCheaply()
	secret, ok, err := v.PrepareSetUp(t.Context())
	if err != nil || !ok {
		t.Fatalf("prepare set-up: %v, %v", ok, err)
	}
	_, err = v.SetUpCity(t.Context(), identity.SetUp{
		Secret: secret, City: lang.Text{ZH: "青岛"}, Organisation: lang.Text{ZH: "工信局"}, Name: "管理员", Login: "admin", Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	v.admin = v.as(t, "admin")
	for _, o := range []*identity.Organisation{&v.ours, &v.theirs} {
		if *o, err = v.CreateOrganisation(v.admin, identity.NewOrganisation{Kind: identity.Operator, Name: lang.Text{ZH: "平台公司"}}); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// as signs somebody in and returns a context in which they ask.
func (v village) as(t testing.TB, login string) context.Context {
	t.Helper()
	secret, _, err := v.SignIn(t.Context(), login, password, identity.Visitor{IP: "10.0.0.1", Agent: "test"})
	if err != nil {
		t.Fatalf("sign in %s: %v", login, err)
	}
	id, err := v.Session(t.Context(), secret)
	if err != nil {
		t.Fatalf("session of %s: %v", login, err)
	}
	return identity.With(t.Context(), id)
}

func (v village) person(t *testing.T, login string, memberships ...identity.Membership) identity.Person {
	t.Helper()
	p, err := v.CreatePerson(v.admin, identity.PersonInput{Login: login, Name: login, Password: password, Memberships: memberships})
	if err != nil {
		t.Fatalf("create %s: %v", login, err)
	}
	return p
}

func each(t *testing.T, test func(t *testing.T, v village)) {
	t.Helper()
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) { test(t, settle(t, db)) })
}

func TestTheSetUpLinkWorksOnce(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		catalogue, err := identity.NewCatalogue(nil)
		if err != nil {
			t.Fatal(err)
		}
		d := identity.NewDirectory(db, catalogue)
		d.HashCheaply()
		in := identity.SetUp{City: lang.Text{EN: "Qingdao"}, Organisation: lang.Text{EN: "Bureau"}, Name: "A", Login: "admin", Password: password}
		first, _, err := d.PrepareSetUp(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := d.PrepareSetUp(t.Context()) // a restart
		if err != nil {
			t.Fatal(err)
		}
		for secret, want := range map[string]fault.Kind{"": fault.Forbidden, "guess": fault.Forbidden, first: fault.Forbidden} {
			in.Secret = secret
			if _, err := d.SetUpCity(t.Context(), in); !fault.Is(err, want) {
				t.Errorf("%q: %v", secret, err)
			}
		}
		in.Secret = second
		if _, err := d.SetUpCity(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if _, err := d.SetUpCity(t.Context(), in); !fault.Is(err, fault.Conflict) {
			t.Errorf("again: %v", err)
		}
		if _, fresh, err := d.PrepareSetUp(t.Context()); fresh || err != nil {
			t.Errorf("a link for a city that is set up: %v, %v", fresh, err)
		}
	})
}

func TestSigningInTellsAStrangerNothing(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		v.person(t, "anna", identity.Membership{OrganisationID: v.ours.ID, Role: identity.Viewer})
		f := func(login, with string) string {
			_, _, err := v.SignIn(t.Context(), login, with, identity.Visitor{IP: "10.0.0.9", Agent: "test"})
			if !fault.Is(err, fault.Unauthorized) {
				t.Errorf("%s: %v", login, err)
			}
			return err.Error()
		}
		if a, b := f("anna", "wrong"), f("nobody", "wrong"); a != b {
			t.Errorf("%q and %q differ", a, b)
		}
		if _, _, err := v.SignIn(t.Context(), " ANNA ", password, identity.Visitor{IP: "10.0.0.9", Agent: "test"}); err != nil {
			t.Errorf("a login in capitals: %v", err)
		}
	})
}

func TestGuessingIsSlowedDownPerLoginAndAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := sqldb.New(sqldb.Config{Dir: t.TempDir()})
		db := engine.DB("system")
		if err := db.Open(t.Context(), identity.Migrations()); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = engine.Close() }()
		v := settle(t, db)
		for range 5 {
			if _, _, err := v.SignIn(t.Context(), "admin", "wrong", identity.Visitor{IP: "10.0.0.9", Agent: ""}); !fault.Is(err, fault.Unauthorized) {
				t.Fatalf("got %v", err)
			}
		}
		_, _, err := v.SignIn(t.Context(), "admin", password, identity.Visitor{IP: "10.0.0.9", Agent: ""})
		if f := fault.As(err); f == nil || f.Kind != fault.Limited || f.RetryAfter < 1 {
			t.Errorf("the sixth try: %v", err)
		}
		if _, _, err := v.SignIn(t.Context(), "admin", password, identity.Visitor{IP: "10.0.0.8", Agent: ""}); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		time.Sleep(2 * time.Second)
		if _, _, err := v.SignIn(t.Context(), "admin", password, identity.Visitor{IP: "10.0.0.9", Agent: ""}); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

func TestASessionEndsAfterADayOfRestAndAfterThirtyDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := sqldb.New(sqldb.Config{Dir: t.TempDir()})
		db := engine.DB("system")
		if err := db.Open(t.Context(), identity.Migrations()); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = engine.Close() }()
		v := settle(t, db)
		enter := func() string {
			secret, _, err := v.SignIn(t.Context(), "admin", password, identity.Visitor{IP: "10.0.0.1", Agent: "test"})
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		used := enter()
		for range 35 {
			time.Sleep(20 * time.Hour)
			if _, err := v.Session(t.Context(), used); err != nil {
				t.Fatalf("in use: %v", err)
			}
		}
		time.Sleep(21 * time.Hour)
		if _, err := v.Session(t.Context(), used); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("after thirty days: %v", err)
		}
		idle := enter()
		time.Sleep(25 * time.Hour)
		if _, err := v.Session(t.Context(), idle); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("after a day of rest: %v", err)
		}
		if _, secret, err := v.IssueToken(v.admin, "t", identity.From(v.admin).Organisation.ID, []string{"a.view"}, time.Hour); err != nil {
			t.Error(err)
		} else {
			time.Sleep(2 * time.Hour)
			if _, err := v.Bearer(t.Context(), secret); !fault.Is(err, fault.Unauthorized) || !strings.Contains(err.Error(), "expired") {
				t.Errorf("an expired token: %v", err)
			}
		}
	})
}

func TestSessionsAreListedAndRevocable(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		v.person(t, "anna", identity.Membership{OrganisationID: v.ours.ID, Role: identity.Viewer})
		here, there := v.as(t, "anna"), v.as(t, "anna")
		list, err := v.Sessions(here)
		if err != nil || len(list) != 2 || list[0].Current == list[1].Current {
			t.Fatalf("got %+v, %v", list, err)
		}
		if err := v.EndSession(v.admin, identity.From(there).SessionID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's session: %v", err)
		}
		if err := v.ChangePassword(here, "wrong", "another long secret"); !fault.Is(err, fault.Invalid) {
			t.Errorf("with a wrong password: %v", err)
		}
		if err := v.ChangePassword(here, password, "another long secret"); err != nil {
			t.Fatal(err)
		}
		if list, err = v.Sessions(here); err != nil || len(list) != 1 || !list[0].Current {
			t.Errorf("after a new password: %+v, %v", list, err)
		}
		if err := v.EndSession(here, list[0].ID); err != nil {
			t.Error(err)
		}
		if list, err = v.Sessions(here); err != nil || len(list) != 0 {
			t.Errorf("after the end: %+v, %v", list, err)
		}
	})
}

func TestATokenHoldsNoMoreThanItsMakerAndSeesItsOrganisation(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		v.person(t, "mia", identity.Membership{OrganisationID: v.ours.ID, Role: identity.Manager})
		mia := v.as(t, "mia")
		f := func(kind fault.Kind, organisation string, life time.Duration, permissions ...string) {
			t.Helper()
			if _, _, err := v.IssueToken(mia, "t", organisation, permissions, life); !fault.Is(err, kind) {
				t.Errorf("%v in %s for %s: %v", permissions, organisation, life, err)
			}
		}
		f(fault.NotFound, v.theirs.ID, time.Hour, "a.view")
		f(fault.Invalid, v.ours.ID, time.Hour, "a.rule")
		f(fault.Invalid, v.ours.ID, time.Hour, "a.nothing")
		f(fault.Invalid, v.ours.ID, -time.Hour, "a.view")
		f(fault.Invalid, v.ours.ID, 800*24*time.Hour, "a.view")
		token, secret, err := v.IssueToken(mia, "reporting", v.ours.ID, []string{"a.view"}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		id, err := v.Bearer(t.Context(), secret)
		if err != nil || !id.May("a.view") || id.May("a.edit") || !id.May(identity.SignedIn) || id.Actor() != "token:"+token.ID {
			t.Errorf("got %+v, %v", id, err)
		}
		if !id.Scope.Allows(v.ours.ID) || id.Scope.Allows(v.theirs.ID) || id.Scope.All {
			t.Errorf("scope %+v", id.Scope)
		}
		v.person(t, "theo", identity.Membership{OrganisationID: v.theirs.ID, Role: identity.Manager})
		if err := v.RevokeToken(v.as(t, "theo"), token.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's token: %v", err)
		}
		if err := v.RevokeToken(mia, token.ID); err != nil {
			t.Error(err)
		}
		if _, err := v.Bearer(t.Context(), secret); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("a revoked token: %v", err)
		}
	})
}

func TestNobodyDisablesOrRenamesAPersonWhoMayDoMore(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		v.person(t, "mia", identity.Membership{OrganisationID: v.ours.ID, Role: identity.Manager})
		bureau := identity.From(v.admin).Organisation.ID
		both := []identity.Membership{{OrganisationID: v.ours.ID, Role: identity.Viewer}, {OrganisationID: bureau, Role: identity.Administrator}}
		chief := v.person(t, "chief", both...)
		mia := v.as(t, "mia")
		edit := identity.PersonInput{Name: chief.Name, Memberships: both}
		disabled, renamed := edit, edit
		disabled.Disabled, renamed.Name = true, "somebody else"
		for _, in := range []identity.PersonInput{disabled, renamed} {
			if _, err := v.EditPerson(mia, chief.ID, chief.Version, in); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		// What is hers to take is the membership in her own organisation.
		edit.Memberships = both[1:]
		if _, err := v.EditPerson(mia, chief.ID, chief.Version, edit); err != nil {
			t.Errorf("a membership of her own organisation: %v", err)
		}
		if err := v.ResetPassword(mia, chief.ID, "another long secret"); err == nil {
			t.Error("she set the password of somebody who may do more")
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		id := identity.From(v.admin)
		p, err := v.Person(t.Context(), id.PersonID)
		if err != nil {
			t.Fatal(err)
		}
		in := identity.PersonInput{Name: p.Name, Memberships: p.Memberships, Disabled: true}
		if _, err := v.EditPerson(v.admin, p.ID, p.Version, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("disabled: %v", err)
		}
		in.Disabled, in.Memberships = false, []identity.Membership{{OrganisationID: id.Organisation.ID, Role: identity.Viewer}}
		if _, err := v.EditPerson(v.admin, p.ID, p.Version, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("made a viewer: %v", err)
		}
	})
}

func TestAScopeIsTheOrganisationAndWhatIsBelow(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		branch, err := v.CreateOrganisation(v.admin, identity.NewOrganisation{ParentID: v.ours.ID, Kind: identity.Operator, Name: lang.Text{EN: "Branch"}})
		if err != nil {
			t.Fatal(err)
		}
		v.person(t, "mia", identity.Membership{OrganisationID: v.ours.ID, Role: identity.Manager})
		v.person(t, "bea", identity.Membership{OrganisationID: branch.ID, Role: identity.Manager})
		f := func(login string, want int) {
			t.Helper()
			page, err := v.Organisations(v.as(t, login), identity.OrganisationParams{ListParams: sqldb.ListParams{Limit: 50}})
			if err != nil || page.Total != want {
				t.Errorf("%s sees %d organisations, want %d, %v", login, page.Total, want, err)
			}
		}
		f("admin", 4)
		f("mia", 2)
		f("bea", 1)
		page, err := v.Organisations(t.Context(), identity.OrganisationParams{ListParams: sqldb.ListParams{Limit: 50}})
		if err != nil || page.Total != 0 {
			t.Errorf("nobody sees %d organisations, %v", page.Total, err)
		}
		if _, err := v.CreateOrganisation(v.as(t, "mia"), identity.NewOrganisation{ParentID: v.theirs.ID, Kind: identity.Operator, Name: lang.Text{EN: "X"}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("below another organisation: %v", err)
		}
	})
}

func TestALeaseIsHeldByOne(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		f := func(holder string, life time.Duration, want bool) {
			t.Helper()
			if got, err := v.Lease(t.Context(), "job", holder, life); got != want || err != nil {
				t.Errorf("%s: %v, %v", holder, got, err)
			}
		}
		f("a", time.Hour, true)
		f("b", time.Hour, false)
		f("a", -time.Hour, true) // it gives it back
		f("b", time.Hour, true)
		f("a", time.Hour, false)
	})
}

func TestPasswordsAndCodesAreChecked(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		member := []identity.Membership{{OrganisationID: v.ours.ID, Role: identity.Viewer}}
		for _, in := range []identity.PersonInput{
			{Login: "anna", Password: "short", Memberships: member},
			{Login: "anna", Password: "my name is Anna!", Memberships: member},
			{Login: "a", Password: password, Memberships: member},
			{Login: "anna x", Password: password, Memberships: member},
		} {
			if _, err := v.CreatePerson(v.admin, in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q %q: %v", in.Login, in.Password, err)
			}
		}
		v.person(t, "anna", member...)
		if _, err := v.CreatePerson(v.admin, identity.PersonInput{Login: "Anna", Name: "A", Password: password, Memberships: member}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a login that is taken: %v", err)
		}
	})
	for code, want := range map[string]bool{"91370200264574251D": false, "91370200MA3C1E0E0X": false, "": false, "9137020026457425": false, "91350100M000100Y43": true} {
		if got := identity.ValidUSCC(code); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
}

func TestPasswordsAreKeptAsArgon2idOfTheRecommendedCost(t *testing.T) {
	a, err := identity.Hash(password)
	if err != nil {
		t.Fatal(err)
	}
	b, err := identity.Hash(password)
	if err != nil || a == b {
		t.Errorf("two hashes of one password are alike: %v", err)
	}
	if !strings.HasPrefix(a, "$argon2id$v=19$m=65536,t=3,p=4$") || strings.Contains(a, password) {
		t.Errorf("kept as %s", a)
	}
	for stored, want := range map[string]bool{a: true, b: true, "": false, "plain": false, a[:len(a)-1]: false, "$argon2id$v=19$m=9999999999,t=3,p=4$AA$AA": false} {
		if got := identity.Compare(stored, password); got != want {
			t.Errorf("%q: %v", stored, got)
		}
	}
	if identity.Compare(a, password+"x") {
		t.Error("another password fits")
	}
}

func TestRolesAreCompiledToBits(t *testing.T) {
	c, err := identity.NewCatalogue(permissions())
	if err != nil {
		t.Fatal(err)
	}
	if !c.Of(identity.Administrator).Holds(c.Set([]string{"a.view", "a.edit", "a.rule"})) || c.Of(identity.Viewer).Holds(c.Set([]string{"a.edit"})) {
		t.Error("the bits are wrong")
	}
	if _, err := identity.NewCatalogue(append(permissions(), permissions()[0])); err == nil {
		t.Error("a permission declared twice was taken")
	}
	if got := (identity.Identity{}); got.May("a.view") || got.May(identity.SignedIn) || !got.May(identity.Public) || got.Actor() != "nobody" {
		t.Error("nobody may something")
	}
}

func TestADisabledPersonIsOutAtOnce(t *testing.T) {
	c := kerneltest.Start(t, func(*kernel.Kernel) []module.Module { return nil })
	if r := c.Get(t, "/api/system/session", "viewer-ours"); r.Status != http.StatusOK {
		t.Fatalf("before: %d", r.Status)
	}
	var page sqldb.Page[identity.Person]
	c.Get(t, "/api/system/persons?q=viewer-ours", "administrator").Decode(t, &page)
	if len(page.Items) != 1 {
		t.Fatalf("%d persons", len(page.Items))
	}
	body := `{"login":"viewer-ours","name":"x","disabled":true,"memberships":[{"organisation_id":"` + c.Ours.ID + `","role":"viewer"}]}`
	if r := c.Send(t, "PUT", "/api/system/persons/"+page.Items[0].ID, "administrator", body, "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("disable: %d %s", r.Status, r.Body)
	}
	if r := c.Get(t, "/api/system/session", "viewer-ours"); r.Status != http.StatusUnauthorized {
		t.Errorf("after: %d", r.Status)
	}
}

func TestAStrangerWhoHammersAnAccountDoesNotLockItsHolderOut(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		home := identity.Visitor{IP: "203.0.113.5"}
		secret, _, err := v.SignIn(t.Context(), "admin", password, home)
		if err != nil {
			t.Fatal(err)
		}
		id, err := v.Session(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		if home.Device, err = v.Remember(t.Context(), id, home); err != nil || home.Device == "" {
			t.Fatalf("remember the browser: %q, %v", home.Device, err)
		}
		limited := func(from identity.Visitor, with string) bool {
			_, _, err := v.SignIn(t.Context(), "admin", with, from)
			return fault.Is(err, fault.Limited)
		}
		slowed := 0
		for i := range 130 {
			from := identity.Visitor{IP: fmt.Sprintf("198.51.100.%d", i)}
			if i > 120 {
				from.IP = home.IP // and from the very network of the holder
			}
			if limited(from, "wrong") {
				slowed++
			}
		}
		if slowed == 0 || !limited(identity.Visitor{IP: "198.51.100.200"}, "wrong") {
			t.Errorf("strangers were slowed down %d times", slowed)
		}
		if limited(home, password) {
			t.Error("the holder is locked out of the browser that is known")
		}
		if elsewhere := (identity.Visitor{IP: "198.51.100.201", Device: home.Device}); limited(elsewhere, password) {
			t.Error("the holder is locked out when the known browser moves")
		}
		if !limited(identity.Visitor{IP: "198.51.100.202", Device: "made up"}, password) {
			t.Error("a cookie that nobody was given counts")
		}
	})
}

func TestOneAddressCannotTryPasswordsOnManyAccounts(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		v := settle(t, db)
		stranger := identity.Visitor{IP: "2001:db8:1:2::1"}
		for i := range 40 {
			stranger.IP = fmt.Sprintf("2001:db8:1:2::%x", i) // one customer's network
			_, _, _ = v.SignIn(t.Context(), fmt.Sprintf("nobody-%d", i), "wrong", stranger)
		}
		if _, _, err := v.SignIn(t.Context(), "nobody-at-all", "wrong", stranger); !fault.Is(err, fault.Limited) {
			t.Errorf("after forty: %v", err)
		}
	})
}
