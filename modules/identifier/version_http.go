package identifier

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) versionRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /nodes/{id}/reports", Permission: "identifier.apply", Summary: "Monthly reports of a node, each version signed", Handler: httpd.List(m.listVersions)},
		{Pattern: "GET /reports/months", Permission: "identifier.apply", Summary: "Months whose reports may be asked for, the last first", Handler: httpd.JSON(m.listMonths)},
		{Pattern: "POST /nodes/{id}/reports", Permission: "identifier.apply", Summary: "Make the next version of a monthly report", Handler: httpd.Created(m.askVersion)},
		{Pattern: "GET /reports/{id}/verification", Permission: "identifier.apply", Summary: "Whether the files of a report are those that were signed", Handler: httpd.JSON(m.verifyVersion)},
		{Pattern: "GET /reports/{id}/pdf", Permission: "identifier.apply", Summary: "Download as PDF, ?lang=zh or en", Handler: httpd.Raw("", m.downloadVersion("pdf"))},
		{Pattern: "GET /reports/{id}/xlsx", Permission: "identifier.apply", Summary: "Download as XLSX, ?lang=zh or en", Handler: httpd.Raw("", m.downloadVersion("xlsx"))},
		{Pattern: "GET /reports/{id}/signature", Permission: "identifier.apply", Summary: "The signature with what is signed and the key that checks it", Handler: httpd.Raw("", m.downloadVersion("json"))},
	}
}

type versionsParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"26"`
}

func (m *Module) listVersions(ctx context.Context, in versionsParams) (sqldb.Page[Version], error) {
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Version]{}, err
	}
	return m.versions.list(ctx, n.ID, in.ListParams)
}

// monthList is the months whose reports may be asked for.
type monthList struct {
	Items []string `json:"items" nullable:"false" doc:"As 2026-01, in the time of China; a month is reported an hour after it ends"`
}

func (m *Module) listMonths(context.Context, nothing) (monthList, error) {
	return monthList{ended(time.Now())}, nil
}

type askVersionInput struct {
	httpd.Object
	Body struct {
		Month string `json:"month" maxLength:"7" doc:"As 2026-01; one of those whose reports may be asked for"`
	}
}

func (m *Module) askVersion(ctx context.Context, in askVersionInput) (Version, error) {
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return Version{}, err
	}
	now := time.Now()
	first, err := time.ParseInLocation(monthFormat, in.Body.Month, chinaTime())
	if months := ended(now); err != nil || !slices.Contains(months, in.Body.Month) {
		return Version{}, fault.New(fault.Invalid, "identifier.month", "%q is no month that is over", in.Body.Month).At("body.month", "a month from %s to %s", months[len(months)-1], months[0])
	}
	return m.makeVersion(ctx, n, first, now)
}

// theirVersion returns a report of a node that the caller speaks for.
func (m *Module) theirVersion(ctx context.Context, id string) (Version, error) {
	v, err := m.versions.get(ctx, id)
	if err != nil {
		return v, err
	}
	_, err = m.spoken(ctx, v.NodeID)
	return v, err
}

// verification is whether a report is as it was signed.
type verification struct {
	Signature bool   `json:"signature" doc:"The signature is this installation's, and fits"`
	PDF       bool   `json:"pdf" doc:"The PDF that is kept is the one that was signed"`
	XLSX      bool   `json:"xlsx" doc:"The XLSX that is kept is the one that was signed"`
	English   bool   `json:"english" doc:"So are both in English; true too for a version that has none"`
	Statement string `json:"statement" doc:"What is signed"`
	Key       string `json:"key"`
	Suite     string `json:"suite"`
}

func (m *Module) verifyVersion(ctx context.Context, in httpd.Object) (verification, error) {
	v, err := m.theirVersion(ctx, in.ID)
	if err != nil {
		return verification{}, err
	}
	english := v.DigestEN == "" || m.kit.Whole(ctx, v.PDFEN) && m.kit.Whole(ctx, v.XLSXEN)
	return verification{
		Signature: m.kit.Seal.Verify(ctx, monthlyPurpose, v.statement(), v.Signature) == nil,
		PDF:       m.kit.Whole(ctx, v.PDF), XLSX: m.kit.Whole(ctx, v.XLSX), English: english, Statement: string(v.statement()), Key: v.Key, Suite: v.Suite,
	}, nil
}

func (m *Module) downloadVersion(ending string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := m.theirVersion(r.Context(), r.PathValue("id"))
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		if ending == "json" {
			text, err := json.MarshalIndent(attest.Signed{Statement: string(v.statement()), Signature: v.Signature, Public: v.Public}, "", "  ")
			if err != nil {
				httpd.Refuse(w, r, err)
				return
			}
			httpd.ServeFile(w, v.name("signature.json"), "application/json", int64(len(text)), strings.NewReader(string(text)))
			return
		}
		language, media := httpd.Language(r), "application/pdf"
		if ending == "xlsx" {
			media = httpd.XLSXType
		}
		hash, size := v.file(ending, language)
		if hash == "" {
			httpd.Refuse(w, r, fault.New(fault.NotFound, "identifier.monthly.language", "version %d was made before there were reports in English", v.Number).
				With("number", v.Number).At("query.lang", "zh, or make the next version"))
			return
		}
		name := v.name(ending)
		if language == "en" {
			name = v.name("en." + ending)
		}
		httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: hash, Name: name, MediaType: media, Size: size})
	})
}
