package platforms

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/paper"
	"linghang/modules/platforms/internal/bulletin"
	"linghang/modules/platforms/internal/foster"
	"linghang/modules/platforms/internal/rank"
)

const (
	// jobBulletin is the kind of job that makes one report.
	jobBulletin = "bulletin"
	// bulletinPurpose names the key that signs monitoring reports.
	bulletinPurpose = "bulletin"
	// bulletinDataMost bounds the data of a report, in bytes.
	bulletinDataMost = 64 << 20
	// bulletinOrphaned is how long a report may be made without a job.
	bulletinOrphaned = time.Hour

	noticeBulletinMade     = "platforms.bulletin.made"
	noticeBulletinReleased = "platforms.bulletin.released"
	topicBulletins         = "platforms.bulletins"
)

// People is what the room asks of the directory of persons and organisations.
type People interface {
	foster.People
	Root(ctx context.Context) (identity.Organisation, error)
	City(ctx context.Context) (lang.Text, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

func bulletinNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeBulletinMade, Title: lang.Text{ZH: "监测报告已生成", EN: "A monitoring report was made"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeBulletinReleased, Title: lang.Text{ZH: "监测报告已发布", EN: "A monitoring report was released"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

func (m *Module) bulletinJobs() []module.Job {
	now := func(do func(context.Context, time.Time) error) func(context.Context) error {
		return func(ctx context.Context) error { return do(ctx, time.Now()) }
	}
	return []module.Job{
		{Name: jobBulletin, Title: lang.Text{ZH: "生成监测报告", EN: "Make a monitoring report"}, Run: m.runBulletin, Tries: 3, Limit: 30 * time.Minute},
		{Name: "order_bulletins", Title: lang.Text{ZH: "检查到期的监测报告", EN: "See which monitoring reports are due"}, Every: time.Hour, Do: now(m.orderBulletins)},
		{Name: "renew_bulletins", Title: lang.Text{ZH: "检查数据更正后的监测报告", EN: "See which monitoring reports were corrected"}, Every: 24 * time.Hour, Do: now(m.renewBulletins)},
	}
}

// bulletinInput is the job of a report.
type bulletinInput struct {
	Bulletin string `json:"bulletin"`
}

// orderBulletins asks for the reports that are due and are not there, and ends those
// whose jobs ended without them.
func (m *Module) orderBulletins(ctx context.Context, now time.Time) error {
	if err := m.mendBulletins(ctx, now); err != nil {
		return err
	}
	plans, err := m.bulletins.plans(ctx)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if !p.Enabled {
			continue
		}
		for _, x := range p.dueSpans(now) {
			subjects, err := m.bulletins.unmade(ctx, x, x.until.AddDate(0, 0, p.Days), p.Platforms)
			if err != nil {
				return err
			}
			if err := m.orderEach(ctx, x, subjects, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Module) orderEach(ctx context.Context, x reportPeriod, subjects []string, now time.Time) error {
	for _, id := range subjects {
		_, err := m.bulletins.order(ctx, newBulletin(x, id, "", "", "", now), m.kit.Jobs)
		if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Limited) {
			continue // it is being made, or there are many; the next hour asks again
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// renewBulletins asks for another version of the reports of the last periods of which
// figures came in after the version before.
func (m *Module) renewBulletins(ctx context.Context, now time.Time) error {
	plans, err := m.bulletins.plans(ctx)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if !p.Enabled {
			continue
		}
		for _, x := range p.dueSpans(now) {
			subjects, err := m.bulletins.outdated(ctx, x)
			if err != nil {
				return err
			}
			if err := m.orderEach(ctx, x, subjects, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// mendBulletins ends what is said to be made and is not.
func (m *Module) mendBulletins(ctx context.Context, now time.Time) error {
	list, err := m.bulletins.making(ctx)
	if err != nil {
		return err
	}
	for _, b := range list {
		j, err := m.kit.Jobs.Read(ctx, b.jobID)
		problem := ""
		switch {
		case fault.Is(err, fault.NotFound) && now.Sub(b.AskedAt) > bulletinOrphaned:
			problem = "platforms.bulletin.lost"
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return err
		case j.State == jobs.Cancelled:
			problem = "platforms.bulletin.cancelled"
		case j.State == jobs.Failed:
			problem = "platforms.bulletin.lost"
		}
		if problem == "" {
			continue
		}
		if err := m.bulletins.fail(ctx, b.ID, problem); err != nil {
			return err
		}
	}
	return nil
}

// runBulletin makes one report. It reads as the city, whoever asked.
func (m *Module) runBulletin(ctx context.Context, t *jobs.Task) (any, error) {
	var in bulletinInput
	if err := t.Decode(&in); err != nil {
		return nil, err
	}
	b, err := m.bulletins.get(ctx, m.bulletins.db, in.Bulletin)
	if err != nil || b.State != bulletinMaking {
		return nil, err
	}
	defer func() { m.kit.Notify(topicBulletins, b.ID, b.organisation) }()
	who := identity.From(ctx)
	who.Scope = identity.Scope{All: true}
	err = m.makeBulletin(identity.With(ctx, who), &b, func(done float64, doing lang.Text) {
		t.Progress(done, doing)
		m.kit.Notify(topicBulletins, b.ID, b.organisation)
	})
	var problem string
	switch f := fault.As(err); {
	case err == nil:
		return map[string]any{"bulletin": b.ID, "number": b.Number}, nil
	case errors.Is(context.Cause(ctx), jobs.ErrCancelled):
		problem = "platforms.bulletin.cancelled"
	case ctx.Err() != nil:
		return nil, err // another process takes it up
	case f != nil && f.Kind != fault.Unavailable:
		problem = f.Key
	case t.Last:
		problem = "kernel.internal"
	default:
		return nil, err
	}
	return nil, errors.Join(err, m.bulletins.fail(context.WithoutCancel(ctx), b.ID, problem))
}

// makeBulletin reads, writes, signs and keeps a version.
func (m *Module) makeBulletin(ctx context.Context, b *Bulletin, progress func(float64, lang.Text)) error {
	data, err := m.bulletinData(ctx, b.span(), b.PlatformID, func(done float64) { progress(0.6*done, lang.Text{ZH: "汇总数据", EN: "adding up"}) })
	if err != nil {
		return err
	}
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write data of report: %w", err)
	}
	sum := sha256.Sum256(text)
	b.Digest, b.Synthetic = hex.EncodeToString(sum[:]), data.Synthetic
	last, err := m.bulletins.newest(ctx, *b)
	if err != nil {
		return err
	}
	if b.Number = last.Number + 1; last.Number > 0 && last.Digest == b.Digest {
		return fault.New(fault.Conflict, "platforms.bulletin.same", "nothing has changed since version %d", last.Number).With("number", last.Number)
	}
	edition := bulletin.Edition{Number: b.Number, Reason: b.Reason}
	if last.Number > 0 {
		before, err := m.bulletinKept(ctx, last)
		if err != nil {
			return err
		}
		if edition.Changes, err = bulletin.Compare(before, data); err != nil {
			return err
		}
	}
	b.Changes = len(edition.Changes)
	now := time.Now().UTC().Truncate(time.Second)
	b.MadeAt, b.State = &now, bulletinDraft
	progress(0.6, lang.Text{ZH: "排版", EN: "on paper"})
	if err := m.keepBulletin(ctx, b, data, edition, text, progress); err != nil {
		return err
	}
	return m.signBulletin(ctx, b)
}

// keepBulletin keeps the files of a version.
func (m *Module) keepBulletin(ctx context.Context, b *Bulletin, data bulletin.Data, e bulletin.Edition, text []byte, progress func(float64, lang.Text)) error {
	city, err := m.people.City(ctx)
	if err != nil {
		return fmt.Errorf("read the name of the city: %w", err)
	}
	b.Files = nil
	hash, size, err := m.kit.Blobs.Put(ctx, bytes.NewReader(text), bulletinDataMost)
	if err != nil {
		return fmt.Errorf("keep data of report: %w", err)
	}
	b.Files = append(b.Files, bulletinFile{"data", hash, size})
	for i, language := range []string{"zh", "en"} {
		d := data.Document(m.worded(e, b, language), language)
		pdf, book, err := m.kit.KeepPaper(ctx, d, paper.Frame{Language: language, At: *b.MadeAt, Digest: b.Digest, Foot: city.In(language)})
		if err != nil {
			return err
		}
		ending := ""
		if language == "en" {
			ending = "-en"
		}
		b.Files = append(b.Files, bulletinFile{"pdf" + ending, pdf.SHA256, pdf.Size}, bulletinFile{"xlsx" + ending, book.SHA256, book.Size})
		progress(0.8+0.2*float64(i), lang.Text{ZH: "排版", EN: "on paper"})
	}
	return nil
}

// worded says why a version was made by itself.
func (m *Module) worded(e bulletin.Edition, b *Bulletin, language string) bulletin.Edition {
	if e.Reason == "" && b.Number > 1 {
		e.Reason = lang.Text{ZH: "上一版之后数据有更正或补报，自动生成", EN: "Figures were corrected or reported after the version before; made by itself"}.In(language)
	}
	return e
}

// signBulletin signs a version, keeps it and tells the bureau.
func (m *Module) signBulletin(ctx context.Context, b *Bulletin) error {
	signer, err := m.kit.Seal.Signer(ctx, bulletinPurpose)
	if err != nil {
		return err
	}
	b.Key, b.Suite, b.Public = signer.Key.ID, signer.Key.Suite, signer.Key.Public
	if b.Signature, err = signer.Sign(b.statement()); err != nil {
		return err
	}
	bureau, err := m.people.Root(ctx)
	if err != nil {
		return fmt.Errorf("find the bureau: %w", err)
	}
	done, err := m.bulletins.finish(ctx, *b, m.kit.Notices, b.tellMade(bureau.ID))
	if err == nil && !done {
		return fault.New(fault.Conflict, "platforms.bulletin.cancelled", "it was cancelled")
	}
	return err
}

// about names what a report is about.
func (b *Bulletin) about() lang.Text {
	kind := lang.Text{ZH: "平台监测月报", EN: "monthly monitoring report"}
	if b.Kind == bulletin.Quarter {
		kind = lang.Text{ZH: "平台监测季报", EN: "quarterly monitoring report"}
	}
	whose := lang.Text{ZH: "全市", EN: "the city"}
	if b.PlatformID != "" {
		whose = lang.Text{ZH: b.Platform.In("zh"), EN: b.Platform.In("en")}
	}
	return lang.Text{ZH: whose.ZH + " " + b.Period + " " + kind.ZH, EN: kind.EN + " of " + whose.EN + " for " + b.Period}
}

func (b *Bulletin) tellMade(bureau string) notice.Notice {
	about := b.about()
	return notice.Notice{
		Kind: noticeBulletinMade, Link: "/platforms/reports/" + b.ID, Key: "bulletin made " + b.ID, To: notice.Audience{Organisation: bureau, Permission: "platforms.publish"},
		Title: lang.Text{ZH: about.ZH + "已生成", EN: "The " + about.EN + " was made"},
		Body:  lang.Text{ZH: fmt.Sprintf("第 %d 版，草稿。请核对后发布。", b.Number), EN: fmt.Sprintf("Version %d, a draft. See it and release it.", b.Number)},
	}
}

// tellReleased tells the bureau, and of a platform's report its operator and contact.
func (b *Bulletin) tellReleased(bureau, mail string) []notice.Notice {
	about := b.about()
	n := notice.Notice{
		Kind: noticeBulletinReleased, Link: "/platforms/reports/" + b.ID, Key: "bulletin released " + b.ID, To: notice.Audience{Organisation: bureau, Permission: "platforms.publish"},
		Title: lang.Text{ZH: about.ZH + "已发布", EN: "The " + about.EN + " was released"},
		Body:  lang.Text{ZH: fmt.Sprintf("第 %d 版，可下载 PDF、XLSX 和签名。", b.Number), EN: fmt.Sprintf("Version %d; PDF, XLSX and the signature can be downloaded.", b.Number)},
	}
	if b.organisation == "" {
		return []notice.Notice{n}
	}
	theirs := n
	theirs.Key, theirs.To = n.Key+" operator", notice.Audience{Organisation: b.organisation, Permission: "platforms.view"}
	if mail != "" {
		theirs.To.Addresses = []notice.Address{{Email: mail, Language: "zh"}}
	}
	return []notice.Notice{n, theirs}
}

// bulletinKept reads the data of a version.
func (m *Module) bulletinKept(ctx context.Context, b Bulletin) (d bulletin.Data, err error) {
	f, _ := b.file("data")
	r, err := m.kit.Blobs.Get(ctx, f.SHA256)
	if err != nil {
		return d, err
	}
	defer r.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(r, bulletinDataMost))
	if err != nil {
		return d, fmt.Errorf("read data of report: %w", err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("read data of report: %w", err)
	}
	return d, nil
}

// bulletinData reads everything that a report says.
func (m *Module) bulletinData(ctx context.Context, x reportPeriod, platformID string, progress func(float64)) (bulletin.Data, error) {
	d := bulletin.Data{
		Schema: bulletin.Schema, Kind: x.kind, Period: x.String(), From: dayOf(x.from), Until: dayOf(x.until.Add(-time.Millisecond)), Platforms: []bulletin.Platform{},
		Indicators: m.catalogue.bulletinIndicators(), Definitions: bulletinDefinitions(platformID != ""), Corrections: []bulletin.Correction{}, Missing: []bulletin.Missing{},
	}
	spans := make([]reportPeriod, x.kind.Year()+1)
	for i := range spans {
		spans[i] = x.back(i)
		d.Periods = append(d.Periods, spans[i].String())
	}
	counted, err := m.bulletinFigures.counted(ctx, x)
	if err != nil {
		return d, err
	}
	if platformID != "" {
		counted = slices.DeleteFunc(counted, func(p platform) bool { return p.ID != platformID })
		p, err := m.platforms.get(ctx, platformID)
		if err != nil {
			return d, err
		}
		about := p.bulletin()
		d.Subject = &about
	}
	var facts []bulletin.Fact
	for i, p := range counted {
		of, err := m.bulletinOf(ctx, &d, p, spans)
		if err != nil {
			return d, err
		}
		facts = append(facts, of...)
		progress(float64(i+1) / float64(len(counted)+1))
	}
	d.Add(facts)
	return d, m.bulletinRest(ctx, &d, x, platformID)
}

// bulletinOf reads the figures of a platform.
func (m *Module) bulletinOf(ctx context.Context, d *bulletin.Data, p platform, spans []reportPeriod) ([]bulletin.Fact, error) {
	x := spans[0]
	all, err := m.bulletinFigures.histories(ctx, p.ID, spans[len(spans)-1].back(1).from, x.until, x.from)
	if err != nil {
		return nil, err
	}
	d.Platforms = append(d.Platforms, p.bulletin())
	d.Synthetic = d.Synthetic || p.Synthetic
	var facts []bulletin.Fact
	for _, i := range d.Indicators {
		h := all[i.Code]
		facts = append(facts, m.catalogue.byCode[i.Code].bulletinFacts(p.ID, h, spans)...)
		d.Corrections = append(d.Corrections, h.corrections...)
		if missing := m.catalogue.byCode[i.Code].missing(p.ID, h.facts, x); missing != nil && p.Status.reports() {
			d.Missing = append(d.Missing, *missing)
		}
	}
	return facts, nil
}

// bulletinRest reads what is not of figures.
func (m *Module) bulletinRest(ctx context.Context, d *bulletin.Data, x reportPeriod, platformID string) (err error) {
	s := m.bulletinFigures
	if d.Grades, err = s.grades(ctx, x, platformID); err != nil {
		return err
	}
	if d.Findings, err = s.findings(ctx, x, platformID); err != nil {
		return err
	}
	if d.Availability, err = s.availability(ctx, x, platformID); err != nil {
		return err
	}
	if d.Alerts, err = s.alerts(ctx, x, platformID); err != nil {
		return err
	}
	if d.Served, err = s.served(ctx, x, platformID); err != nil {
		return err
	}
	d.Reach = []bulletin.Reach{}
	if platformID == "" {
		if d.Reach, err = s.reach(ctx, x); err != nil {
			return err
		}
	}
	if d.Rankings, err = m.bulletinRankings(ctx, x, platformID); err != nil {
		return err
	}
	awards, err := m.fostering.Awards(ctx, platformID, x.until)
	d.Awards = []bulletin.Award{}
	for _, a := range awards {
		d.Awards = append(d.Awards, bulletin.Award{Platform: a.PlatformID, Name: a.Platform, Year: a.Year, Certificate: a.Certificate, AwardedOn: a.AwardedOn, ValidUntil: a.ValidUntil, State: string(a.State)})
	}
	return err
}

// placesTold is how many places of a ranking are told.
const placesTold = 10

// bulletinRankings are the published rankings of the period: the first places, or that
// of the platform.
func (m *Module) bulletinRankings(ctx context.Context, x reportPeriod, platformID string) ([]bulletin.Ranking, error) {
	ids, err := m.bulletinFigures.published(ctx, x)
	if err != nil {
		return nil, err
	}
	list := []bulletin.Ranking{}
	for _, id := range ids {
		run, method, out, err := m.rankings.run(ctx, id)
		if err != nil {
			return nil, err
		}
		r := bulletin.Ranking{Name: run.Name, Month: run.Month, Edition: run.Edition, Method: methodLine(method, run.Edition, m.catalogue.title), Of: len(out.Places), Places: []bulletin.Place{}}
		if run.PublishedAt != nil {
			r.Published = *run.PublishedAt
		}
		of := map[string]rankedPlatform{}
		for _, p := range out.Platforms {
			of[p.ID] = p
		}
		places := slices.Clone(out.Places)
		slices.SortStableFunc(places, func(a, b rank.Place) int { return a.Rank - b.Rank })
		for _, p := range places {
			if platformID == "" && len(r.Places) < placesTold || p.ID == platformID {
				r.Places = append(r.Places, bulletin.Place{Platform: p.ID, Name: of[p.ID].Name, Rank: p.Rank, Low: p.Low, High: p.High, Score: p.Score, Grade: of[p.ID].Grade})
			}
		}
		if len(r.Places) > 0 {
			list = append(list, r)
		}
	}
	return list, nil
}
