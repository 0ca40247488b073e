package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// weakness is a synthetic vulnerability of synthetic equipment.
type weakness struct {
	product, below, fixed string
	zh, text, do          string
	vector, severity      string
	score                 float64
	days                  int // before today that it was told
}

func weaknesses() []weakness {
	return []weakness{
		{"DC-100", "2.0", "2.0", "未经认证即可停机", "Anybody who reaches the Modbus port can stop the controller.", "Install firmware 2.0.", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H", "CRITICAL", 9.1, 40},
		{"DC-200", "2.2", "2.2", "固件更新不验签", "The controller takes firmware that nobody signed.", "Install firmware 2.2, and allow updates from the engineering station only.", "CVSS:3.1/AV:A/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "HIGH", 8.0, 25},
		{"DC-300", "1.9", "1.9", "诊断页面泄露配置", "The diagnostic page shows the configuration to everybody in the network.", "Install firmware 1.9 or close port 80.", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", "MEDIUM", 5.3, 12},
		{"DC-Studio", "3.3", "3.3", "工程文件可执行代码", "A project file of somebody else can run code on the engineering station.", "Install version 3.3; open only project files of one's own.", "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "HIGH", 7.8, 6},
	}
}

// document is the advisory on a weakness, in CSAF 2.0.
func (x weakness) document(n int, now time.Time) ([]byte, error) {
	type object = map[string]any
	at := now.AddDate(0, 0, -x.days).UTC().Truncate(24 * time.Hour).Format(time.RFC3339)
	id := fmt.Sprintf("DEMO-%03d", n+1)
	text, err := json.Marshal(object{
		"document": object{
			"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "演示·" + x.product + " " + x.zh, "lang": "zh-CN", "distribution": object{"tlp": object{"label": "WHITE"}},
			"notes":      []object{{"category": "summary", "text": "合成数据，仅供演示。Synthetic data for demonstration only. " + x.text}},
			"references": []object{{"category": "self", "summary": "合成 Synthetic", "url": "https://demo.invalid/" + id}},
			"publisher":  object{"category": "vendor", "name": "演示·" + vendorName, "namespace": "https://demo.invalid"},
			"tracking":   object{"id": id, "status": "final", "version": "1", "initial_release_date": at, "current_release_date": at, "revision_history": []object{{"date": at, "number": "1", "summary": "首次发布"}}},
		},
		"product_tree": object{"branches": []object{{"category": "vendor", "name": vendorName, "branches": []object{{"category": "product_name", "name": x.product, "branches": []object{
			{"category": "product_version_range", "name": "<" + x.below, "product": object{"name": vendorName + " " + x.product + " <" + x.below, "product_id": "P1"}},
			{"category": "product_version_range", "name": ">=" + x.fixed, "product": object{"name": vendorName + " " + x.product + " >=" + x.fixed, "product_id": "P2"}},
		}}}}}},
		"vulnerabilities": []object{{
			"title": x.zh, "ids": []object{{"system_name": "演示 Demo", "text": id}}, "notes": []object{{"category": "description", "text": x.text}},
			"product_status": object{"known_affected": []string{"P1"}, "fixed": []string{"P2"}},
			"remediations":   []object{{"category": "vendor_fix", "details": x.do, "product_ids": []string{"P1"}}},
			"scores":         []object{{"products": []string{"P1"}, "cvss_v3": object{"version": "3.1", "vectorString": x.vector, "baseScore": x.score, "baseSeverity": x.severity}}},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("write an advisory: %w", err)
	}
	return text, nil
}

// advisories takes the synthetic advisories in, as the bureau does with those of vendors.
func (d *demo) advisories(ctx context.Context) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for n, x := range weaknesses() {
		text, err := x.document(n, time.Now())
		if err != nil {
			return err
		}
		w, err := z.Create(fmt.Sprintf("demo-%03d.json", n+1))
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			return fmt.Errorf("pack advisories: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("pack advisories: %w", err)
	}
	var v struct {
		New, Newer, Same, Older, Invalid, Broken int
		Documents                                []struct {
			Why      string
			Failings []struct{ Test, What string }
		}
	}
	if err := d.api.send(ctx, http.MethodPost, "/api/security/advisory-import?name=advisories.zip&synthetic=true", "application/octet-stream", b.Bytes(), nil, &v); err != nil {
		return fmt.Errorf("take advisories in: %w", err)
	}
	if v.Invalid+v.Broken > 0 {
		return fmt.Errorf("synthetic advisories are refused: %+v", v.Documents)
	}
	return nil
}
