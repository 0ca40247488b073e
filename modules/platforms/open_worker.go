package platforms

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/platforms/internal/opendata"
)

// openFileMost bounds one file of a dataset, in bytes.
const openFileMost = 64 << 20

func (m *Module) openJobs() []module.Job {
	return []module.Job{{
		Name: "renew_open_data", Title: lang.Text{ZH: "更新开放数据集", EN: "Bring open datasets up to date"}, Every: 24 * time.Hour,
		Do: func(ctx context.Context) error { return m.renewOpen(ctx, time.Now()) },
	}}
}

// renewOpen makes another edition of each published dataset whose figures are others
// now. What was edited since and not published again waits for a person.
func (m *Module) renewOpen(ctx context.Context, now time.Time) error {
	list, err := m.open.published(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range list {
		editions, err := m.open.editions(ctx, d.ID)
		if err != nil || len(editions) == 0 || !alikeSpec(editions[0].spec, d.Spec) {
			failed = append(failed, err)
			continue
		}
		note := lang.Text{ZH: "按期更新，含数据更正", EN: "Brought up to date, with corrections"}
		if _, err := m.publishOpen(ctx, d, d.Version, note, now); err != nil && fault.As(err) == nil {
			failed = append(failed, fmt.Errorf("dataset %s: %w", d.Slug, err))
		}
	}
	return errors.Join(failed...)
}

func alikeSpec(a, b opendata.Spec) bool {
	x, err := json.Marshal(a)
	y, bad := json.Marshal(b)
	return err == nil && bad == nil && bytes.Equal(x, y)
}

// openTable adds up a dataset as it would be published.
func (m *Module) openTable(ctx context.Context, s opendata.Spec, now time.Time) (t opendata.Table, synthetic bool, err error) {
	spans := openSpans(s, now)
	counted, err := m.bulletinFigures.counted(ctx, reportPeriod{spans[0].kind, spans[len(spans)-1].from, spans[0].until})
	if err != nil {
		return t, false, err
	}
	figures := []opendata.Figure{}
	for _, p := range counted {
		all, err := m.bulletinFigures.histories(ctx, p.ID, spans[len(spans)-1].back(1).from, spans[0].until, spans[0].until)
		if err != nil {
			return t, false, err
		}
		for _, code := range s.Indicators {
			for _, f := range m.catalogue.byCode[code].bulletinFacts(p.ID, all[code], spans) {
				figures = append(figures, opendata.Figure{Platform: p.ID, Area: p.area(s.By), Code: code, Period: spans[f.Back].String(), Value: f.Value})
				synthetic = synthetic || p.Synthetic
			}
		}
	}
	return opendata.Tabulate(openAreas(s.By), m.catalogue.openIndicators(s.Indicators), figures), synthetic, nil
}

// publishOpen makes an edition of a dataset, and opens it to everybody.
func (m *Module) publishOpen(ctx context.Context, d OpenDataset, version int64, note lang.Text, now time.Time) (OpenDataset, error) {
	if err := d.check(m.catalogue); err != nil {
		return d, err
	}
	t, synthetic, err := m.openTable(ctx, d.Spec, now)
	if err != nil {
		return d, err
	}
	if len(t.Rows) == 0 {
		return d, fault.New(fault.Conflict, "platforms.open.empty", "no platform has reported these indicators for these periods; there is nothing to publish")
	}
	content, err := json.Marshal(struct {
		Spec opendata.Spec `json:"spec"`
		opendata.Table
	}{d.Spec, t})
	if err != nil {
		return d, fmt.Errorf("write dataset: %w", err)
	}
	sum := sha256.Sum256(content)
	e := openEdition{Edition: opendata.Edition{Number: d.Edition + 1, MadeAt: now.UTC(), Note: note, Rows: len(t.Rows), Hidden: t.Suppressed, Synthetic: synthetic, Digest: hex.EncodeToString(sum[:])}}
	if d.State == openPublished {
		editions, err := m.open.editions(ctx, d.ID)
		if err != nil {
			return d, err
		}
		if len(editions) > 0 && editions[0].Digest == e.Digest {
			return d, fault.New(fault.Conflict, "platforms.open.same", "nothing has changed since edition %d", d.Edition).With("number", d.Edition)
		}
	}
	if e.files, err = m.keepOpen(ctx, d, e.Edition, t); err != nil {
		return d, err
	}
	after := d
	after.State, after.Reason, after.Edition, after.ChangedAt = openPublished, "", e.Number, now.UTC()
	if after.PublishedAt == nil {
		after.PublishedAt = &e.MadeAt
	}
	if err := m.open.save(ctx, d, after, version, &e); err != nil {
		return d, err
	}
	after.Version = version + 1
	return after, nil
}

// keepOpen keeps the files of an edition.
func (m *Module) keepOpen(ctx context.Context, d OpenDataset, e opendata.Edition, t opendata.Table) ([]openFile, error) {
	var files []openFile
	for _, x := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"csv", func(b *bytes.Buffer) error { return t.CSV(b) }},
		{"json", func(b *bytes.Buffer) error {
			return json.NewEncoder(b).Encode(struct {
				Dataset string           `json:"dataset"`
				Edition opendata.Edition `json:"edition"`
				Spec    opendata.Spec    `json:"spec"`
				opendata.Table
			}{d.Slug, e, d.Spec, t})
		}},
		{"xlsx", func(b *bytes.Buffer) error { return writeOpenBook(b, t) }},
	} {
		var b bytes.Buffer
		if err := x.write(&b); err != nil {
			return nil, fmt.Errorf("write %s of dataset: %w", x.name, err)
		}
		hash, size, err := m.kit.Blobs.Put(ctx, &b, openFileMost)
		if err != nil {
			return nil, fmt.Errorf("keep %s of dataset: %w", x.name, err)
		}
		files = append(files, openFile{x.name, hash, size})
	}
	return files, nil
}
