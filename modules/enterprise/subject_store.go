package enterprise

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/criterion"
)

// levels are the digital levels of enterprises by their newest submitted assessment.
func (s entryStore) levels(ctx context.Context) (map[string]int, error) {
	rows, err := s.db.Query(ctx, `SELECT d.entry_id, d.level FROM diagnosis d WHERE d.template = 'sme-2024' AND d.state = 'submitted' ORDER BY d.submitted_at, d.id`)
	if err != nil {
		return nil, fmt.Errorf("read digital levels: %w", err)
	}
	list := map[string]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
		var id string
		var level int
		err = r.Scan(&id, &level)
		list[id] = level
		return none, err
	})
	return list, err
}

// subject is an entry as rules are asked about it by somebody so near: what they are not
// shown is not known.
func (e Entry) subject(n nearness, levels map[string]int) criterion.Subject {
	var level *int
	if l, ok := levels[e.ID]; ok && n == keeper {
		level = &l
	}
	e = e.as(n)
	return criterion.Subject{
		ID: e.ID, OrganisationID: e.OrganisationID, Name: e.Name, Code: e.Code, District: e.District, Industry: e.Industry, Synthetic: e.Synthetic,
		Given: e.givenFacts(level), Lines: e.lines(),
	}
}

// EachSubject implements criterion.Directory.
func (s entryStore) EachSubject(ctx context.Context, do func(criterion.Subject) error) error {
	who := identity.From(ctx)
	if !who.Scope.All {
		return fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	levels, err := s.levels(ctx)
	if err != nil {
		return err
	}
	as := sight{scope: who.Scope}
	return s.each(ctx, func(e Entry) error { return do(e.subject(as.near(e), levels)) })
}

// OwnSubjects implements criterion.Directory.
func (s entryStore) OwnSubjects(ctx context.Context) ([]criterion.Subject, error) {
	own, err := s.Own(ctx)
	if err != nil || len(own) == 0 {
		return nil, err
	}
	levels, err := s.levels(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Entry, len(own))
	for i, o := range own {
		if list[i], err = whole(ctx, s.db, o.ID); err != nil {
			return nil, err
		}
	}
	var subjects []criterion.Subject
	for _, e := range list {
		subjects = append(subjects, e.subject(keeper, levels))
	}
	return subjects, nil
}

// SubjectOf implements criterion.Directory.
func (s entryStore) SubjectOf(ctx context.Context, id string) (criterion.Subject, error) {
	e, err := whole(ctx, s.db, id)
	if err != nil {
		return criterion.Subject{}, err
	}
	if n, err := s.near(ctx, e); err != nil || n != keeper || e.Status != accepted {
		return criterion.Subject{}, noEntry()
	}
	if groups := e.given(keeper); len(groups) > 0 && !isOwn(ctx, e) {
		if err := s.noteAccess(ctx, wayPage, []given{{e.ID, groups}}, time.Now()); err != nil {
			return criterion.Subject{}, err
		}
	}
	levels, err := s.levels(ctx)
	if err != nil {
		return criterion.Subject{}, err
	}
	return e.subject(keeper, levels), nil
}

// LookedAtEvidence implements cultivation.Directory.
func (s entryStore) LookedAtEvidence(ctx context.Context, id string) error {
	e, err := whole(ctx, s.db, id)
	if err != nil || isOwn(ctx, e) {
		return err
	}
	return s.noteAccess(ctx, wayEvidence, []given{{e.ID, []string{groupEvidence}}}, time.Now())
}

// lines are an entry as forms are filled with it.
func (e Entry) lines() []criterion.Line {
	p := e.Profile
	var list []criterion.Line
	add := func(key, zh, en string, value lang.Text) {
		if value != (lang.Text{}) {
			list = append(list, criterion.Line{Key: key, Title: lang.Text{ZH: zh, EN: en}, Value: value})
		}
	}
	same := func(text string) lang.Text { return lang.Text{ZH: text, EN: text} }
	add("name", "企业名称", "Enterprise", e.Name)
	add("code", "统一社会信用代码", "Unified social credit code", same(e.Code))
	add("district", "区市", "District", titleOf(districts(), e.District))
	add("industry", "行业", "Industry", titleOf(industries(), e.Industry))
	if e.Size != "" {
		add("size", "企业规模", "Size class", titleOf(sizes(), e.Size))
	}
	add("address", "地址", "Address", same(p.Address))
	add("founded_on", "成立日期", "Founded on", same(p.FoundedOn))
	if p.Capital != nil {
		add("capital", "注册资本（万元）", "Registered capital (10 000 CNY)", same(fmt.Sprint(*p.Capital)))
	}
	for _, s := range p.Staff {
		year := fmt.Sprint(s.Year)
		add("staff_"+year, year+" 年从业人员", "Staff in "+year, same(fmt.Sprint(s.Count)))
	}
	for _, r := range p.Revenue {
		year, value := fmt.Sprint(r.Year), titleOf(revenueBands(), r.Band)
		if r.Amount != nil {
			value = same(fmt.Sprint(*r.Amount))
		}
		add("revenue_"+year, year+" 年营业收入（万元）", "Revenue in "+year+" (10 000 CNY)", value)
	}
	e.addFigures(add)
	if len(e.Contacts) > 0 {
		c := e.Contacts[0]
		add("contact", "联系人", "Contact", same(strings.TrimSpace(c.Name+" "+c.Phone)))
	}
	return list
}

func (e Entry) addFigures(add func(key, zh, en string, value lang.Text)) {
	titles := map[string]criterion.Field{}
	for _, f := range criterion.Fields() {
		titles[f.Code] = f
	}
	for _, x := range e.Profile.Figures {
		year, f, value := fmt.Sprint(x.Year), titles[x.Field], fmt.Sprint(x.Value)
		add(x.Field+"_"+year, year+" 年"+f.Title.ZH+"（"+f.Unit.ZH+"）", f.Title.EN+" in "+year+" ("+f.Unit.EN+")", lang.Text{ZH: value, EN: value})
	}
	for _, q := range e.Profile.Qualifications {
		title := titleOf(qualificationKinds(), q.Kind)
		until := lang.Text{ZH: "长期有效", EN: "without end"}
		if q.ValidUntil != "" {
			until = lang.Text{ZH: "至 " + q.ValidUntil, EN: "until " + q.ValidUntil}
		}
		add("qualification_"+q.ID, "资质："+title.ZH, "Qualification: "+title.EN, lang.Text{ZH: strings.TrimSpace(q.Number + " " + until.ZH), EN: strings.TrimSpace(q.Number + " " + until.EN)})
	}
}
