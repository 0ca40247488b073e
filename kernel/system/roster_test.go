package system_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/kerneltest"
	"linghang/kernel/system"
)

type line struct {
	Line     int    `json:"line"`
	Action   string `json:"action"`
	Problems []struct {
		Field string `json:"field"`
		Key   string `json:"key"`
	} `json:"problems"`
}

type roster struct {
	Lines     []line `json:"lines"`
	Committed bool   `json:"committed"`
	Links     []struct {
		Login string `json:"login"`
		Link  string `json:"link"`
	} `json:"links"`
}

func bringIn(t *testing.T, c *kerneltest.City, query, media string, data []byte) kerneltest.Reply {
	t.Helper()
	r := httptest.NewRequest("POST", "/api/system/persons/import?"+query, bytes.NewReader(data))
	r.Header.Set("Content-Type", media)
	r.Header.Set("Cookie", c.Cookie(t, "manager-ours"))
	r.Header.Set("X-Linghang-CSRF", "1")
	return c.Do(r)
}

const list = "姓名,登录名,邮箱,角色\n张三,zhang.san,zhang@ours.test,填报员\n\n李四,,li.si@ours.test,viewer\n"

func TestPersonsComeInFromAListOnceAndAllOrNone(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		c.Cookie(t, "viewer-theirs")
		count := func() int {
			var page struct {
				Total int `json:"total"`
			}
			c.Get(t, "/api/system/persons", "manager-ours").Decode(t, &page)
			return page.Total
		}
		bad := list + "王五,viewer-theirs,wang@ours.test,\n赵六,zhao,no address,officer\n张三,zhang.san,,dancer\n,,,viewer\n"
		var dry roster
		bringIn(t, c, "name=a.csv", "text/csv", []byte(bad)).Decode(t, &dry)
		told := ""
		for _, l := range dry.Lines {
			told += fmt.Sprintf("%d %s", l.Line, l.Action)
			for _, p := range l.Problems {
				told += " " + p.Field + ":" + p.Key
			}
			told += "\n"
		}
		want := "2 create\n4 create\n5 wrong login:taken\n6 wrong email:form role:refused\n7 wrong login:twice role:unknown\n8 wrong login:missing name:missing\n"
		if told != want || dry.Committed {
			t.Errorf("the dry run says\n%swant\n%s", told, want)
		}
		if r := bringIn(t, c, "name=a.csv&commit=true", "text/csv", []byte(bad)); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.line[6].role") {
			t.Errorf("wrong lines went in: %d %s", r.Status, r.Body)
		}
		if n := count(); n != 1 {
			t.Fatalf("%d persons after a refusal", n)
		}
		var done roster
		bringIn(t, c, "name=a.csv&commit=true", "text/csv", []byte(list)).Decode(t, &done)
		if !done.Committed || len(done.Links) != 2 || count() != 3 {
			t.Fatalf("committed: %+v, %d persons", done, count())
		}
		var again roster
		bringIn(t, c, "name=a.csv&commit=true", "text/csv", []byte(list)).Decode(t, &again)
		if len(again.Links) != 0 || again.Lines[0].Action != "same" || again.Lines[1].Action != "same" || count() != 3 {
			t.Errorf("a second time: %+v", again)
		}
		if r := c.Send(t, "POST", "/api/system/sign-in", "", `{"login":"zhang.san","password":""}`); r.Status == http.StatusOK {
			t.Error("an account that nobody opened let somebody in")
		}
		r := c.Send(t, "POST", "/api/system/invitation/account", "", `{"password":"correct horse battery staple","consent":"2026-1"}`, "X-Invitation-Secret", secretOf(done.Links[0].Link))
		if r.Status != http.StatusOK || !strings.Contains(string(r.Body), `"login":"zhang.san"`) || !strings.Contains(string(r.Body), "reporter") {
			t.Errorf("open the account: %d %s", r.Status, r.Body)
		}
	})
}

func TestAWorkbookIsReadAndWhatIsNoListIsRefused(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	book := excelize.NewFile()
	for at, v := range map[string]string{"A1": "Name", "B1": "E-mail", "C1": "Role", "A2": "Zhang San", "B2": "zhang@ours.test", "C2": "Reporter"} {
		if err := book.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	var dry roster
	bringIn(t, c, "name=a.xlsx", xlsx, data.Bytes()).Decode(t, &dry)
	if len(dry.Lines) != 1 || dry.Lines[0].Action != "create" {
		t.Errorf("the workbook: %+v", dry)
	}
	refused := func(want, name, media string, data []byte) {
		t.Helper()
		if r := bringIn(t, c, "name="+name, media, data); faultOf(t, r) != want {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	refused("system.roster.columns", "a.csv", "text/csv", []byte("姓名,工号\n张三,7\n"))
	refused("files.formula", "a.csv", "text/csv", []byte("姓名\n=HYPERLINK(1)\n"))
	refused("files.mismatch", "a.xlsx", xlsx, []byte("姓名\n张三\n"))
	refused("files.empty", "a.csv", "text/csv", nil)
	refused("system.roster.long", "a.csv", "text/csv", []byte("name\n"+strings.Repeat("x\n", 1001)))
}

func FuzzRoster(f *testing.F) {
	f.Add("csv", []byte(list))
	f.Add("csv", []byte("name,name\n\"a\nb\",\n"))
	f.Add("xlsx", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		rows, err := system.ReadRoster(kind, data)
		if err != nil {
			return
		}
		last := 1
		for _, r := range rows {
			if r.Line <= last {
				t.Fatalf("line %d comes after %d", r.Line, last)
			}
			last = r.Line
		}
	})
}
