package enterprise

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// full is an entry that says something in every group.
func full() Entry {
	return Entry{
		ID: "E", Code: "91370200MAEXAMPLEB", OrganisationID: "O", Name: lang.Text{ZH: "公开名", EN: "Public name"}, District: "370212", Industry: "C35", Size: "medium", Status: accepted, Reason: "secret-reason", DecidedBy: "secret-decider",
		Profile: Profile{
			Address: "secret-location", Sites: []Site{{Name: "secret-location", Kind: "plant"}}, FoundedOn: "1999-09-09", Capital: new(987654.0),
			Staff: []Staff{{2025, 31337}}, Revenue: []Revenue{{Year: 2025, Amount: new(424242.0)}},
			Chains: []Position{{Chain: "secret-business"}}, Technologies: []string{"secret-business"}, Products: []string{"secret-business"}, Website: "https://secret-business", Description: "secret-business",
			Qualifications: []Qualification{{ID: "Q", Kind: "high_tech", Number: "secret-qualifications"}},
		},
		Contacts: []Contact{{Name: "secret-contacts", Phone: "13800001234"}}, Evidence: []Evidence{{ID: "V", Name: "secret-evidence"}},
	}
}

func everything(see string) Consent { return Consent{see, see, see, see, see, see, see, see, see} }

// marks are what tells that a group shows.
func marks() map[string]string {
	return map[string]string{
		groupLocation: "secret-location", groupFounding: "987654", groupBusiness: "secret-business", groupSize: `"medium"`, groupStaff: "31337",
		groupFinance: "424242", groupContacts: "secret-contacts", groupQualifications: "secret-qualifications", groupEvidence: "secret-evidence",
	}
}

func TestEachGroupShowsToThoseForWhomItIsAndToNobodyElse(t *testing.T) {
	for i, g := range usualConsent().groups() {
		for _, see := range []string{forPublic, forPartners, forBureau, "", "everyone"} {
			e := full()
			e.Consent = everything(forBureau)
			reflect.ValueOf(&e.Consent).Elem().Field(i).SetString(see)
			for _, n := range []nearness{stranger, partner, keeper} {
				want := n == keeper || see == forPublic || see == forPartners && n == partner
				text, err := json.Marshal(e.as(n))
				if err != nil {
					t.Fatal(err)
				}
				for group, mark := range marks() {
					if shows := strings.Contains(string(text), mark); shows != (group == g.group && want || n == keeper) {
						t.Errorf("%s for %q, seen by %d: %s shows %v", g.group, see, n, group, shows)
					}
				}
				if hidden := slices.Contains(e.Consent.hidden(n), g.group); hidden == want {
					t.Errorf("%s for %q, seen by %d: hidden %v", g.group, see, n, hidden)
				}
				if n != keeper && strings.Contains(string(text), "secret-reason") {
					t.Errorf("%d reads why the bureau decided", n)
				}
			}
		}
	}
}

func TestWhatIsGivenIsWhatIsShownAndNotPublic(t *testing.T) {
	e := full()
	e.Consent = usualConsent()
	for n, want := range map[nearness][]string{stranger: {}, partner: {groupStaff}, keeper: {groupStaff, groupFinance, groupContacts, groupEvidence}} {
		if got := e.given(n); !slices.Equal(got, want) {
			t.Errorf("%d is given %v, want %v", n, got, want)
		}
	}
	if got := (Entry{Consent: everything(forBureau)}).given(keeper); len(got) != 0 {
		t.Errorf("an empty entry gives %v", got)
	}
}

func TestSearchHoldsWhatIsPublicAlone(t *testing.T) {
	e := full()
	e.Consent = everything(forPartners)
	text, err := json.Marshal(e.document())
	if err != nil {
		t.Fatal(err)
	}
	for group, mark := range marks() {
		if strings.Contains(string(text), mark) {
			t.Errorf("search holds %s", group)
		}
	}
	if !strings.Contains(string(text), "公开名") {
		t.Errorf("search does not hold the name: %s", text)
	}
}

func TestEveryGroupOfTheConsentIsKnownEverywhere(t *testing.T) {
	if n := reflect.TypeFor[Consent]().NumField(); n != len(usualConsent().groups()) || n != len(marks()) {
		t.Errorf("%d choices, %d groups", n, len(usualConsent().groups()))
	}
	e := full()
	for _, g := range usualConsent().groups() {
		if !e.says(g.group) || (Entry{}).says(g.group) {
			t.Errorf("%s does not tell whether there is anything in it", g.group)
		}
	}
}

func TestDecisionsFollowTheStatus(t *testing.T) {
	now := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		status, decision, reason string
		want                     string
		events                   int
		kind                     fault.Kind
	}{
		{submitted, accepted, "", accepted, 1, ""},
		{submitted, returned, "缺地址", returned, 0, ""},
		{submitted, refused, "不在本市", refused, 0, ""},
		{submitted, returned, " ", submitted, 0, fault.Invalid},
		{submitted, refused, "", submitted, 0, fault.Invalid},
		{accepted, refused, "晚了", accepted, 0, fault.Conflict},
		{returned, accepted, "", returned, 0, fault.Conflict},
		{refused, accepted, "", refused, 0, fault.Conflict},
	} {
		e, events, err := Entry{Status: x.status}.decide(x.decision, x.reason, decider{"甲", "person:1"}, now)
		if e.Status != x.want || len(events) != x.events || (err != nil) != (x.kind != "") || err != nil && !fault.Is(err, x.kind) {
			t.Errorf("%+v: %s, %d events, %v", x, e.Status, len(events), err)
		}
	}
}

func TestAnEditedEntryWaitsAgainIfItWasSentBack(t *testing.T) {
	now := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	for from, want := range map[string]string{submitted: submitted, returned: submitted, accepted: accepted} {
		e, _, err := Entry{Status: from}.edit(full(), now)
		if err != nil || e.Status != want || e.Size != "medium" {
			t.Errorf("%s becomes %s, %v", from, e.Status, err)
		}
	}
	if _, _, err := (Entry{Status: refused}).edit(full(), now); !fault.Is(err, fault.Conflict) {
		t.Errorf("a refused entry: %v", err)
	}
}

func TestAQualificationRunsOut(t *testing.T) {
	today, soon := dates(time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)) // the 29th in the city
	if today != "2026-11-29" || soon != "2027-01-28" {
		t.Fatalf("today %s, soon %s", today, soon)
	}
	for until, want := range map[string]string{"": "valid", "2027-01-29": "valid", "2027-01-28": "expiring", "2026-11-29": "expiring", "2026-11-28": "expired"} {
		if got := (Qualification{ValidUntil: until}).state(today, soon); got != want {
			t.Errorf("until %q: %s, want %s", until, got, want)
		}
	}
}

func TestQualificationsKeepTheirIDsAndForeignOnesAreNotTaken(t *testing.T) {
	n := 0
	id := func() string { n++; return string(rune('a' + n - 1)) }
	p := Profile{Qualifications: []Qualification{{ID: "Q"}, {ID: "Q"}, {ID: "foreign"}, {}}}.identified([]Qualification{{ID: "Q"}}, id)
	var got []string
	for _, q := range p.Qualifications {
		got = append(got, q.ID)
	}
	if want := []string{"Q", "a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestContactsAreMasked(t *testing.T) {
	for name, want := range map[string]string{"": "", "王": "王", "王小明": "王**", "Alexander": "A***"} {
		if got := maskName(name); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	for phone, want := range map[string]string{"": "", "12345": "*****", "13800001234": "138******34", "0532-85912345": "053********45"} {
		if got := maskPhone(phone); got != want {
			t.Errorf("%s is %s", phone, got)
		}
	}
}

func TestAFileIsReadRowByRow(t *testing.T) {
	now := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	good := identity.CompleteUSCC("91370200000000001")
	read := func(text string) (rowsRead, error) {
		return readRows(sheet.CSV(strings.NewReader(text), int64(len(text))), identity.ValidUSCC, now)
	}
	x, err := read("\ufeff统一社会信用代码,企业名称,区市,行业,注册资本（万元）,产品,别的\n" + good + ",甲公司,崂山区,专用设备制造业,5000,成型机；硫化机,x\n,,,,,,\n")
	if err != nil || len(x.wrong) != 0 || len(x.entries) != 1 {
		t.Fatalf("%+v, %v", x, err)
	}
	if e := x.entries[0]; e.District != "370212" || e.Industry != "C35" || *e.Profile.Capital != 5000 || !slices.Equal(e.Profile.Products, []string{"成型机", "硫化机"}) || e.Name.EN != "甲公司" {
		t.Errorf("%+v", e)
	}
	x, err = read("code,name_zh,district,industry,capital,founded_on\n" + good + ",甲,370212,C35,many,2006-01-01\nX,乙,370212,C35,,\n" + good + ",,火星,C35,,2999-01-01\n")
	if err != nil {
		t.Fatal(err)
	}
	var at []string
	for _, w := range x.wrong {
		at = append(at, string(rune('0'+w.Line))+w.Column)
	}
	if want := []string{"2capital", "3code", "4district", "4code"}; !slices.Equal(at, want) || len(x.entries) != 0 {
		t.Errorf("wrong at %v, want %v; %d entries", at, want, len(x.entries))
	}
	for _, text := range []string{"", "code,name_zh\n", "code,name_zh,district,industry\n"} {
		if _, err := read(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzReadRows(f *testing.F) {
	f.Add("code,name_zh,district,industry\n91370200MAEXAMPLEB,甲,370212,C35\n")
	f.Add("统一社会信用代码,企业名称,区市,行业,注册资本（万元）\nx,,,,1e400\n")
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
		x, err := readRows(sheet.CSV(strings.NewReader(text), int64(len(text))), identity.ValidUSCC, now)
		if err != nil {
			return
		}
		codes := map[string]bool{}
		for _, e := range x.entries {
			if err := e.check(identity.ValidUSCC(e.Code), now); err != nil || codes[e.Code] {
				t.Errorf("%s was taken: %v", e.Code, errors.Join(err))
			}
			codes[e.Code] = true
		}
	})
}
