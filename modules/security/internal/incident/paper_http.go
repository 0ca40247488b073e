package incident

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/modules/security/internal/rating"
)

func (m *Incidents) paperRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /incidents/{id}/paper", Permission: mayView, Summary: "A report upward as it can be made now, to print or copy: ?stage= first, follow_up or final, &format= pdf (if nothing is said), xlsx or txt, &language= zh or en", Handler: httpd.Raw("", http.HandlerFunc(m.servePaper))},
	}
}

func (m *Incidents) servePaper(w http.ResponseWriter, r *http.Request) {
	format := cmp.Or(r.URL.Query().Get("format"), "pdf")
	name, content, err := m.paper(r, format)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	media := map[string]string{"pdf": "application/pdf", "xlsx": httpd.XLSXType, "txt": "text/plain; charset=utf-8"}[format]
	httpd.ServeFile(w, name+"."+format, media, int64(content.Len()), content)
}

func (m *Incidents) paper(r *http.Request, format string) (string, *bytes.Buffer, error) {
	ctx, now, stage := r.Context(), m.now(), cmp.Or(r.URL.Query().Get("stage"), First)
	i, from, err := m.store.seen(ctx, m.store.db, r.PathValue("id"), now)
	switch {
	case err != nil:
		return "", nil, err
	case from == guest:
		return "", nil, noSuch("report")
	case !slices.Contains([]string{First, FollowUp, Final}, stage):
		return "", nil, fault.New(fault.Invalid, "security.incident.paper", "%.20q is no stage of a report", stage).At("query.stage", "first, follow_up or final")
	}
	if from != owner {
		if err := m.store.noteLook(ctx, "report", now, i.ID); err != nil {
			return "", nil, err
		}
	}
	language := cmp.Or(r.URL.Query().Get("language"), httpd.Language(r))
	d := i.document(stage, language, m.shelf.asked(i.Category, i.AwareAt))
	out, err := printed(d, format, frame(identity.From(ctx), i.TLP, language, now))
	return i.Number + "-" + stage, out, err
}

// frame is what a paper says of itself; of what only few may have, it says on each page who has it.
func frame(who identity.Identity, tlp rating.TLP, language string, now time.Time) paper.Frame {
	f := paper.Frame{Language: language, At: now, Foot: who.Organisation.Name.In(language)}
	if tlp.Named() {
		f.Across = strings.Join([]string{tlp.Mark(), who.Name, f.Foot, now.In(cityTime()).Format("2006-01-02 15:04")}, " · ")
	}
	return f
}

func printed(d paper.Document, format string, frame paper.Frame) (out *bytes.Buffer, err error) {
	out = &bytes.Buffer{}
	if format == "txt" {
		if frame.Across != "" {
			out.WriteString(frame.Across + "\n\n")
		}
		out.WriteString(plain(d))
		return out, nil
	}
	if frame.Digest, err = d.Digest(); err != nil {
		return nil, err
	}
	switch format {
	case "pdf":
		font, err := paper.Font("")
		if err != nil {
			return nil, err
		}
		return out, d.PDF(out, font, frame)
	case "xlsx":
		return out, d.XLSX(out, frame)
	}
	return nil, fault.New(fault.Invalid, "security.incident.paper", "%.20q is no format of a report", format).At("query.format", "pdf, xlsx or txt")
}

// document is a report upward about an incident, as it can be made from what is known.
func (i Case) document(stage, language string, items []Item) paper.Document {
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(language) }
	when := func(t *time.Time) string {
		if t == nil {
			return say("不详", "not known")
		}
		return t.In(cityTime()).Format("2006-01-02 15:04") + say("（北京时间）", " (UTC+8)")
	}
	title := say("网络安全事件报告", "Report of a cybersecurity incident") + map[string]string{First: say("（初报）", " (first)"), FollowUp: say("（续报）", " (follow-up)"), Final: say("（终报）", " (final)")}[stage]
	if i.Drill != "" {
		title = say("【演练】", "[EXERCISE] ") + title
	}
	category, _ := rating.CategoryOf(i.Category)
	d := paper.Document{Title: title, About: []paper.Fact{
		{Label: "TLP", Value: i.TLP.Mark()},
		{Label: say("编号", "Number"), Value: i.Number},
		{Label: say("事发单位", "Organisation"), Value: i.Enterprise.In(language)},
		{Label: say("事件", "Incident"), Value: i.Title},
		{Label: say("类别", "Category"), Value: category.Name.In(language)},
		{Label: say("级别", "Level"), Value: i.weight().Text().In(language) + map[bool]string{true: "", false: say("（建议，未确认）", " (proposed, not confirmed)")}[i.Level.Known()]},
		{Label: say("发生时间", "Occurred"), Value: when(i.OccurredAt)},
		{Label: say("发现时间", "Discovered"), Value: when(i.DiscoveredAt)},
		{Label: say("知悉时间", "Known since"), Value: when(&i.AwareAt)},
	}}
	d.Blocks = append(d.Blocks, paper.Head(1, say("概况", "Summary")), paper.Say(i.Summary))
	open := []string{}
	for _, x := range items {
		text := i.facts[x.ID]
		if text != "" {
			d.Blocks = append(d.Blocks, paper.Head(1, x.Name.In(language)), paper.Say(text))
		} else if !x.Optional {
			open = append(open, x.Name.In(language))
		}
	}
	if stage == Final && i.closing != nil {
		d.Blocks = append(d.Blocks, i.closing.blocks(say)...)
	}
	if len(open) > 0 {
		d.Blocks = append(d.Blocks, paper.Head(1, say("待补报", "Still to be reported")), paper.Say(strings.Join(open, say("；", "; "))))
	}
	return d
}

func (c Closing) blocks(say func(zh, en string) string) []paper.Block {
	list := []paper.Block{}
	for _, x := range []struct{ head, text string }{
		{say("原因", "Cause"), c.Cause}, {say("影响", "Impact"), c.Impact}, {say("措施", "Measures"), c.Measures}, {say("受影响资产", "What was affected"), c.Assets}, {say("残余风险", "Remaining risk"), c.Residual},
	} {
		list = append(list, paper.Head(1, x.head), paper.Say(x.text))
	}
	return list
}

// plain is a document as text, to be copied.
func plain(d paper.Document) string {
	var b strings.Builder
	b.WriteString(d.Title + "\n\n")
	for _, f := range d.About {
		b.WriteString(f.Label + ": " + f.Value + "\n")
	}
	for _, x := range d.Blocks {
		if x.Heading != nil {
			b.WriteString("\n" + x.Heading.Text + "\n")
			continue
		}
		b.WriteString(x.Paragraph + "\n")
	}
	return b.String()
}
