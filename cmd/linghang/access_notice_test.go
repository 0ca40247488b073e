package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
)

// noticeFixtures are a notice to ours with an attachment, its assignment with evidence, and a drill.
func (a *access) noticeFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security"
	upload := func(path, who, text string) string {
		var f created
		r := a.Send(t, "POST", path, who, text, "Content-Type", "text/plain")
		if r.Decode(t, &f); r.Status != http.StatusCreated {
			t.Fatalf("upload: %d %s", r.Status, r.Body)
		}
		return f.ID
	}
	a.Get(t, door+"/assignments", "manager-ours") // somebody can be told
	notice := a.make(t, door+"/notices", "officer", fmt.Sprintf(`{"kind":"notice","colour":"","title":"我方安全通报标题","body":"我方安全通报正文","ask":"请核查","level":4,"category":"attack","tlp":"amber",
		"audience":{"all":false,"districts":[],"organisations":[%q]}}`, a.Ours.ID))
	attached := upload(door+"/notices/"+notice+"/files?name=advice.txt", "officer", "我方通报附件")
	for i, x := range []struct{ act, who string }{{"submission", "officer"}, {"signature", "leader"}, {"issue", "officer"}} {
		r := a.Send(t, "POST", door+"/notices/"+notice+"/"+x.act, x.who, "{}", "If-Match", fmt.Sprintf("%q", fmt.Sprint(i+1)))
		if r.Status != http.StatusOK {
			t.Fatalf("%s of the notice: %d %s", x.act, r.Status, r.Body)
		}
	}
	var list struct{ Items []created }
	kerneltest.Wait(t, "the notice to be delivered", func() bool {
		a.Get(t, door+"/assignments?notice="+notice, "manager-ours").Decode(t, &list)
		return len(list.Items) == 1
	})
	assignment := list.Items[0].ID
	evidence := upload(door+"/assignments/"+assignment+"/files?name=proof.txt", "manager-ours", "我方通报佐证")
	drill := a.make(t, door+"/drills", "officer", fmt.Sprintf(`{"title":"我方演练","plan":"通知","pace":1,"organisations":[%q]}`, a.Ours.ID))
	period, duty := a.protection(t)
	a.fixtures = append(a.fixtures,
		fixture{door + "/handovers/{id}", door + "/handovers/" + a.handover(t), false},
		fixture{door + "/protection-periods/{id}", door + "/protection-periods/" + period, false},
		fixture{door + "/protection-duties/{id}", door + "/protection-duties/" + duty, false},
		fixture{door + "/notices/{id}", door + "/notices/" + notice, false},
		fixture{door + "/drills/{id}", door + "/drills/" + drill, false},
		fixture{door + "/assignments/{id}", door + "/assignments/" + assignment, false},
		fixture{door + "/notice-files/{id}", door + "/notice-files/" + evidence, false},
	)
	a.private = append(a.private, period, duty, "我方重保期", notice, assignment, attached, evidence, drill, "我方安全通报标题", "我方安全通报正文", "我方通报附件", "我方通报佐证", "我方演练")
	a.upwardFixtures(t, notice)
}

// protection is a period that only ours takes part in, and what it owes for today.
func (a *access) protection(t *testing.T) (period, duty string) {
	t.Helper()
	const door = "/api/security"
	today := time.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	period = a.make(t, door+"/protection-periods", "officer", fmt.Sprintf(`{"title":"我方重保期","from":%q,"until":%q,"time":"24:00","note":"","organisations":[%q]}`, today, today, a.Ours.ID))
	var list struct{ Items []created }
	a.Get(t, door+"/protection-duties?period="+period, "manager-ours").Decode(t, &list)
	if len(list.Items) != 1 {
		t.Fatalf("ours owes %d reports", len(list.Items))
	}
	return period, list.Items[0].ID
}

// handover is what an officer who is on duty by a rota of the city leaves to the next.
func (a *access) handover(t *testing.T) string {
	t.Helper()
	const rotas = "/api/platforms/alerting"
	var people struct{ Items []struct{ ID, Name string } }
	a.Get(t, rotas+"/people?organisation="+a.Bureau.ID, "officer").Decode(t, &people)
	i := slices.IndexFunc(people.Items, func(p struct{ ID, Name string }) bool { return p.Name == "officer" })
	if i < 0 {
		t.Fatalf("the officer is not among %v", people.Items)
	}
	rota := a.make(t, rotas+"/rotas", "officer", fmt.Sprintf(`{"name":{"zh":"安全值班表","en":"Security"},"zone":"Asia/Shanghai","organisation_id":%q,"layers":[{"members":[{"id":%q}],"handover":"daily","at":"09:00","begins":"2026-01-01"}]}`, a.Bureau.ID, people.Items[i].ID))
	if r := a.Send(t, "PUT", "/api/security/duty", "leader", fmt.Sprintf(`{"rota_id":%q}`, rota)); r.Status != http.StatusOK {
		t.Fatalf("choose the rota: %d %s", r.Status, r.Body)
	}
	var d struct{ Left []created }
	r := a.Send(t, "POST", "/api/security/handovers", "officer", `{"note":"市级交班事项"}`)
	if r.Decode(t, &d); r.Status != http.StatusCreated || len(d.Left) != 1 {
		t.Fatalf("hand over: %d %s", r.Status, r.Body)
	}
	a.private = append(a.private, d.Left[0].ID, "市级交班事项")
	return d.Left[0].ID
}

// upwardFixtures are an upper level, and a report of the notice that waits for it.
func (a *access) upwardFixtures(t *testing.T, notice string) {
	t.Helper()
	const door = "/api/security"
	upper := a.make(t, door+"/uppers", "officer", `{"name":"本市上级单位","root":"https://example.org/api1/","collection":"x","auth":"none","way":"taxii","most_tlp":"amber","levels":[],"paused":true}`)
	a.confirm(t, door+"/uppers/"+upper)
	var told struct{ Reports []created }
	r := a.Send(t, "POST", door+"/notices/"+notice+"/upward", "officer", fmt.Sprintf(`{"upper":%q,"follows":false}`, upper), "If-Match", `"4"`)
	if r.Decode(t, &told); r.Status != http.StatusOK || len(told.Reports) != 1 {
		t.Fatalf("release of the notice: %d %s", r.Status, r.Body)
	}
	gateway := a.make(t, door+"/uppers", "officer", `{"name":"本市内网上级","way":"file","root":"","collection":"","auth":"none","most_tlp":"amber","levels":[],"paused":false}`)
	a.confirm(t, door+"/uppers/"+gateway)
	if r := a.Send(t, "POST", door+"/notices/"+notice+"/upward", "officer", fmt.Sprintf(`{"upper":%q,"follows":false}`, gateway), "If-Match", `"4"`); r.Status != http.StatusOK {
		t.Fatalf("release of the notice by file: %d %s", r.Status, r.Body)
	}
	var made created
	if r := a.Send(t, "POST", door+"/uppers/"+gateway+"/files", "officer", "{}"); r.Status != http.StatusOK {
		t.Fatalf("a file of the notice: %d %s", r.Status, r.Body)
	} else {
		r.Decode(t, &made)
	}
	file := made.ID
	var key struct{ Public string }
	a.Get(t, door+"/upper-file-key", "officer").Decode(t, &key)
	source := a.make(t, door+"/ferry-sources", "officer", fmt.Sprintf(`{"name":"本市文件来源","channel":%q,"keys":%q,"first":1}`, gateway, key.Public))
	above := a.aboveFixture(t)
	a.fixtures = append(a.fixtures,
		fixture{door + "/received-notices/{id}", door + "/received-notices/" + above, false},
		fixture{door + "/uppers/{id}", door + "/uppers/" + upper, false},
		fixture{door + "/upper-files/{id}", door + "/upper-files/" + file, false},
		fixture{door + "/ferry-sources/{id}", door + "/ferry-sources/" + source, false},
		fixture{door + "/upward/{id}", door + "/upward/" + told.Reports[0].ID, false},
	)
	a.private = append(a.private, "本市上级单位", "本市内网上级", "本市文件来源", "上级通报标题", "上级通报正文", above, upper, gateway, file, source, told.Reports[0].ID)
}

// confirm is the word of a second officer to what one has set up.
func (a *access) confirm(t *testing.T, path string) {
	t.Helper()
	if r := a.Send(t, "POST", path+"/confirmation", "officer-second", "{}", "If-Match", `"1"`); r.Status != http.StatusOK {
		t.Fatalf("confirm %s: %d %s", path, r.Status, r.Body)
	}
}

// aboveFixture is a notice of an upper level that came by a signed file.
func (a *access) aboveFixture(t *testing.T) string {
	t.Helper()
	const door = "/api/security"
	suite, err := seal.ByName(seal.International)
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := suite.Generate()
	if err != nil {
		t.Fatal(err)
	}
	source := a.make(t, door+"/ferry-sources", "officer", fmt.Sprintf(`{"name":"省级来源","channel":"province","keys":%q,"first":1,"upper":true}`, public))
	a.confirm(t, door+"/ferry-sources/"+source)
	bundle := []byte(`{"type":"bundle","id":"bundle--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01","objects":[{"type":"report","spec_version":"2.1","id":"report--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a02","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"上级通报标题","description":"上级通报正文","report_types":["threat-report"],"published":"2026-03-01T00:00:00.000Z","object_refs":["identity--7d0d2f6e-3a0b-4a44-8a0c-0c2f5b4e7a01"]}]}`)
	// The statement of a file as docs/guide has it.
	statement := fmt.Sprintf("notices of Linghang by file\nchannel province\nsequence 1\nprevious none\ncreated 2026-03-01T08:00:00Z\nfile bundle.json %x\n", sha256.Sum256(bundle))
	data, err := suite.Sign(private, []byte(statement))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := json.Marshal(attest.Signed{Statement: statement, Public: public, Signature: seal.Text{Suite: suite.Name(), Key: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Data: data}.String()})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for name, content := range map[string][]byte{"bundle.json": bundle, attest.SignatureName: signature} {
		part, err := archive.Create(name)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if r := a.Send(t, "POST", door+"/ferry-import", "officer", file.String(), "Content-Type", "application/octet-stream"); r.Status != http.StatusOK {
		t.Fatalf("a file of an upper level: %d %s", r.Status, r.Body)
	}
	var list struct{ Items []created }
	a.Get(t, door+"/received-notices", "officer").Decode(t, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%d notices of upper levels", len(list.Items))
	}
	return list.Items[0].ID
}
