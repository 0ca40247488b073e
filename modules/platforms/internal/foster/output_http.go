package foster

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// Permissions of new output, and the notice of what became of a figure.
const (
	mayReportOutput = "platforms.output.report"
	mayReviewOutput = "platforms.output.review"
	noticeOutput    = "platforms.output.decided"
)

// outputTableLimit bounds a table of figures.
const outputTableLimit = 4 << 20

func (m *Fostering) outputRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /output/figures", Permission: mayView, Summary: "New output that platforms say they drove, by enterprise and year, all revisions", Handler: httpd.List(m.listOutputs)},
		{Pattern: "GET /output/figures/{id}", Permission: mayView, Summary: "A figure of new output with its revisions and, for the city, those of other platforms", Handler: httpd.JSON(m.readOutput)},
		{Pattern: "GET /output/years", Permission: mayView, Summary: "What figures of new output come to by year: of the city, or of one's own platforms", Handler: httpd.JSON(m.showOutputYears)},
		{Pattern: "GET /output/files/{id}", Permission: mayView, Summary: "Download the evidence of a figure", Handler: httpd.Raw("", m.serveFile(m.outputs.file))},
		{Pattern: "GET /output/template", Permission: mayView, Summary: "A table of figures to fill in, as CSV", Handler: httpd.Raw("", http.HandlerFunc(serveOutputTemplate))},
		{
			Pattern: "POST /{id}/output/files", Permission: mayReportOutput, Summary: "Upload evidence for figures of a platform; its name in the parameter name", MaxBody: evidenceLimit + 1,
			Handler: httpd.Raw("application/octet-stream", serveUpload(m.uploadOutput)),
		},
		{Pattern: "POST /{id}/output/figures", Permission: mayReportOutput, Summary: "Report new output of an enterprise and year, or correct it by a further revision", Handler: httpd.Created(m.reportOutput)},
		{
			Pattern: "POST /{id}/output/table", Permission: mayReportOutput, MaxBody: outputTableLimit,
			Summary: "Report figures by CSV or XLSX: ?name= of the file; a preview, and with ?file= (evidence) they are sent, all or nothing; ?reason= of corrections", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeOutputTable)),
		},
		{Pattern: "POST /output/figures/{id}/decision", Permission: mayReviewOutput, Summary: "Accept or refuse a figure; not by who reported it", Handler: httpd.JSON(forCity(m.decideOutput))},
		{Pattern: "POST /output/figures/{id}/withdrawal", Permission: mayReportOutput, Summary: "Withdraw a figure before it is reviewed", Handler: httpd.JSON(m.withdrawOutput)},
	}
}

func (m *Fostering) listOutputs(ctx context.Context, in outputParams) (sqldb.Page[Output], error) {
	return m.outputs.list(ctx, in)
}

// OutputDetail is a figure on its own page.
type OutputDetail struct {
	Output
	Revisions []Output `json:"revisions" nullable:"false" doc:"Of the platform for the enterprise and year, oldest first"`
	Rivals    []Output `json:"rivals" nullable:"false" doc:"Accepted figures of other platforms for the same; for the city only"`
	Acts      []string `json:"acts" nullable:"false" doc:"What the caller may do now: decide, withdraw, correct"`
}

// ETag implements httpd.Versioned.
func (v OutputDetail) ETag() int64 { return v.Version }

func (m *Fostering) readOutput(ctx context.Context, in httpd.Object) (OutputDetail, error) {
	o, err := m.outputs.read(ctx, m.outputs.db, in.ID)
	if err != nil {
		return OutputDetail{}, err
	}
	v := OutputDetail{Output: o.discreet(ctx), Revisions: []Output{}, Rivals: []Output{}}
	if v.Revisions, err = m.outputs.revisions(ctx, m.outputs.db, o.PlatformID, o.name()); err != nil {
		return v, err
	}
	newest := v.Revisions[len(v.Revisions)-1].ID == o.ID
	for i, r := range v.Revisions {
		v.Revisions[i] = r.discreet(ctx)
	}
	id := identity.From(ctx)
	if id.Scope.All {
		if v.Rivals, err = m.outputs.rivals(ctx, o); err != nil {
			return v, err
		}
	}
	waits := o.State == OutputReported
	v.Acts = offered(
		act{"decide", waits && id.May(mayReviewOutput) && id.Scope.All && o.actor != id.Actor()},
		act{"withdraw", waits && id.May(mayReportOutput)}, act{"correct", newest && !waits && id.May(mayReportOutput)},
	)
	return v, nil
}

type outputYears struct {
	Items  []OutputYear `json:"items" nullable:"false" doc:"The newest year first"`
	Amount float64      `json:"amount" doc:"10 000 CNY, of all years"`
	City   bool         `json:"city" doc:"It is of the whole city"`
}

func (m *Fostering) showOutputYears(ctx context.Context, _ nothing) (outputYears, error) {
	list, err := m.outputs.years(ctx)
	v := outputYears{Items: list, City: identity.From(ctx).Scope.All}
	if list == nil {
		v.Items = []OutputYear{}
	}
	for _, y := range list {
		v.Amount += y.Amount
	}
	return v, err
}

func (m *Fostering) uploadOutput(r *http.Request) (File, error) {
	ctx := r.Context()
	t, err := m.applications.target(ctx, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	f, err := m.receive(r, t.id)
	if err != nil {
		return File{}, err
	}
	return f, m.outputs.attach(ctx, f)
}

type reportOutputInput struct {
	httpd.Object
	Body struct {
		USCC       string  `json:"uscc" maxLength:"40"`
		Enterprise string  `json:"enterprise" maxLength:"400"`
		Year       int     `json:"year"`
		Amount     float64 `json:"amount" doc:"10 000 CNY; 0 takes an accepted figure back"`
		Project    string  `json:"project" maxLength:"400"`
		Basis      string  `json:"basis" maxLength:"4000" doc:"How it was computed"`
		FileID     string  `json:"file_id" maxLength:"40" doc:"Evidence, uploaded for the platform before"`
		Reason     string  `json:"reason,omitempty" maxLength:"4000" doc:"Why an accepted figure is corrected"`
	}
}

func (m *Fostering) reportOutput(ctx context.Context, in reportOutputInput) (OutputDetail, error) {
	b := in.Body
	t, err := m.applications.target(ctx, in.ID)
	if err != nil {
		return OutputDetail{}, err
	}
	if err := m.proven(ctx, t, b.FileID, "body.file_id"); err != nil {
		return OutputDetail{}, err
	}
	o := m.reported(ctx, Output{USCC: b.USCC, Enterprise: b.Enterprise, Year: b.Year, Amount: b.Amount, Project: b.Project, Basis: b.Basis, Reason: b.Reason, FileID: b.FileID}.tidy(), now())
	if err := o.check(now()); err != nil {
		return OutputDetail{}, err
	}
	if err := m.outputs.report(ctx, t, []Output{o}); err != nil {
		return OutputDetail{}, err
	}
	return m.readOutput(ctx, httpd.Object{ID: o.ID})
}

// reported says who reports a figure, and when.
func (m *Fostering) reported(ctx context.Context, o Output, at time.Time) Output {
	by := handOf(ctx)
	o.ID, o.actor, o.ReportedBy, o.ReportedAt, o.Version = ulid.Make().String(), by.actor, by.name, at.Truncate(time.Millisecond), 1
	return o
}

// proven refuses figures whose evidence was not uploaded for the platform.
func (m *Fostering) proven(ctx context.Context, t target, file, field string) error {
	f, err := m.outputs.file(ctx, file)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		return err
	}
	if err != nil || f.application != t.id {
		return fault.New(fault.Invalid, "platforms.output.evidence", "there is no evidence").At(field, "upload the evidence for this platform first")
	}
	return nil
}

// outputPreview is what would become of a table, or has.
type outputPreview struct {
	Rows   []OutputRow    `json:"rows"`
	Counts map[string]int `json:"counts"`
	Sent   bool           `json:"sent"`
}

func (m *Fostering) takeOutputTable(w http.ResponseWriter, r *http.Request) {
	v, err := m.outputTable(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Fostering) outputTable(r *http.Request) (v outputPreview, err error) {
	ctx, query := r.Context(), r.URL.Query()
	t, err := m.applications.target(ctx, r.PathValue("id"))
	if err != nil {
		return v, err
	}
	file := query.Get("file")
	if file != "" {
		if err := m.proven(ctx, t, file, "query.file"); err != nil {
			return v, err
		}
	}
	if v.Rows, err = m.readOutputTable(r); err != nil {
		return v, err
	}
	v.Counts = map[string]int{"new": 0, "change": 0, "same": 0, "refused": 0}
	var list []Output
	for i, row := range v.Rows {
		before, err := m.outputs.revisions(ctx, m.outputs.db, t.id, row.output.name())
		if err != nil {
			return v, err
		}
		row = row.against(before)
		v.Rows[i] = row
		v.Counts[row.Outcome]++
		if row.Outcome == "new" || row.Outcome == "change" {
			o := m.reported(ctx, row.output, now())
			o.FileID = file
			if row.Outcome == "change" {
				o.Reason = strings.TrimSpace(query.Get("reason"))
			}
			list = append(list, o)
		}
	}
	if file == "" {
		return v, nil
	}
	if v.Counts["refused"] > 0 {
		return v, fault.New(fault.Invalid, "platforms.output.rows", "%d rows are wrong; nothing was taken", v.Counts["refused"]).With("count", v.Counts["refused"])
	}
	v.Sent = true
	return v, m.outputs.report(ctx, t, list)
}

func (m *Fostering) readOutputTable(r *http.Request) ([]OutputRow, error) {
	rows, err := files.Rows(r, outputTableLimit)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // it was only read
	return readOutputs(rows, now())
}

// serveOutputTemplate is a file with the columns of a table and an example below, as
// spreadsheet programs open it.
func serveOutputTemplate(w http.ResponseWriter, _ *http.Request) {
	var head []string
	for _, c := range outputColumnNames() {
		head = append(head, c[1])
	}
	httpd.ServeCSV(w, "output.csv", head, []string{"91370200MAEXAMPLEB", "示例企业", strconv.Itoa(now().In(cityTime()).Year() - 1), "1200.5", "示例项目", "对比上年同期产值，扣除价格因素"})
}

type decideOutputInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Accept bool   `json:"accept"`
		Reason string `json:"reason" maxLength:"2000" doc:"A figure is not refused without one"`
	}
}

func (m *Fostering) decideOutput(ctx context.Context, in decideOutputInput) (OutputDetail, error) {
	return m.changeOutput(ctx, in.ID, in.IfMatch, func(o Output) (Output, error) {
		return o.decide(in.Body.Accept, in.Body.Reason, handOf(ctx), now())
	}, func(tx *sqldb.Tx, o Output) error {
		what := lang.Text{ZH: "未采纳", EN: "refused"}
		if o.State == OutputAccepted {
			what = lang.Text{ZH: "已采纳", EN: "accepted"}
		}
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeOutput, Link: "/platforms/output?figure=" + o.ID, To: notice.Audience{Organisation: o.organisation, Permission: mayReportOutput},
			Title: lang.Text{ZH: fmt.Sprintf("%s %d 年新增产值%s", o.Enterprise, o.Year, what.ZH), EN: fmt.Sprintf("New output of %s in %d: %s", o.Enterprise, o.Year, what.EN)},
			Body:  lang.Text{ZH: o.Decision, EN: o.Decision},
		})
	})
}

func (m *Fostering) withdrawOutput(ctx context.Context, in versionedInput) (OutputDetail, error) {
	return m.changeOutput(ctx, in.ID, in.IfMatch, Output.withdraw, func(*sqldb.Tx, Output) error { return nil })
}

func (m *Fostering) changeOutput(ctx context.Context, id string, match httpd.IfMatch, decide func(Output) (Output, error), also func(*sqldb.Tx, Output) error) (OutputDetail, error) {
	if _, err := m.outputs.read(ctx, m.outputs.db, id); err != nil {
		return OutputDetail{}, err
	}
	version, err := match.Expected()
	if err != nil {
		return OutputDetail{}, err
	}
	if err := m.outputs.change(ctx, id, version, decide, also); err != nil {
		return OutputDetail{}, err
	}
	return m.readOutput(ctx, httpd.Object{ID: id})
}

// OutputMeasure is the new output that platforms drove.
func (m *Fostering) OutputMeasure() module.Measure {
	return module.Measure{
		ID: "platforms.new_output", Title: lang.Text{ZH: "平台带动新增产值", EN: "New output driven by platforms"}, Unit: lang.Text{ZH: "元", EN: "CNY"},
		Counts: lang.Text{
			ZH: "平台按企业、年度报送并附佐证、经主管部门非报送人审核采纳的新增产值，各年度相加；同一企业同一年度由几个平台报送的，只计其中最大的一个，不相加；待审核和未采纳的不计",
			EN: "New output by enterprise and year that platforms reported with evidence and that somebody else at the bureau accepted, all years together; of an enterprise and year that several platforms report, the largest accepted figure counts and not the sum; what waits or was refused does not count",
		},
		Page:  "/platforms/output",
		Value: m.outputs.driven,
	}
}
