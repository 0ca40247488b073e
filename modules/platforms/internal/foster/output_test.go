package foster

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sheet"
)

var outputNow = time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)

// figure is one that nothing is wrong of.
func figure() Output {
	return Output{USCC: identity.CompleteUSCC("91370200000000001"), Enterprise: "某企业", Year: 2025, Amount: 1200.5, Project: "产线", Basis: "同比", actor: "a"}.tidy()
}

func TestFiguresOfOutputAreWhole(t *testing.T) {
	if err := figure().check(outputNow); err != nil {
		t.Fatal(err)
	}
	if o := figure(); o.yuan != 12_005_000 {
		t.Errorf("%d CNY", o.yuan)
	}
	for field, change := range map[string]func(*Output){
		"body.uscc":       func(o *Output) { o.USCC = o.USCC[:17] + "0" },
		"body.enterprise": func(o *Output) { o.Enterprise = "" },
		"body.year":       func(o *Output) { o.Year = 2027 },
		"body.amount":     func(o *Output) { o.Amount = 1.00001 },
		"body.project":    func(o *Output) { o.Project = "" },
		"body.basis":      func(o *Output) { o.Basis = strings.Repeat("长", outputTextMost+1) },
	} {
		o := figure()
		change(&o)
		if f := fault.As(o.check(outputNow)); f == nil || len(f.Fields) != 1 || f.Fields[0].Location != field {
			t.Errorf("%s: %v", field, o.check(outputNow))
		}
	}
}

func TestACorrectionIsAFurtherRevision(t *testing.T) {
	in := func(state OutputState, revision int) Output {
		o := figure()
		o.State, o.Revision = state, revision
		return o
	}
	other, why := figure(), figure()
	other.yuan, why.yuan, why.Reason = 1, 1, "重算"
	for name, c := range map[string]struct {
		o      Output
		before []Output
		want   string
	}{
		"the first one":               {figure(), nil, "1 reported"},
		"after a refusal":             {figure(), []Output{in(OutputRefused, 1)}, "2 reported"},
		"while one waits":             {why, []Output{in(OutputReported, 1)}, "platforms.output.waits"},
		"the same as was accepted":    {figure(), []Output{in(OutputAccepted, 1)}, "platforms.output.same"},
		"a correction without reason": {other, []Output{in(OutputAccepted, 1)}, "platforms.output.reason"},
		"a correction":                {why, []Output{in(OutputReplaced, 1), in(OutputAccepted, 2), in(OutputRefused, 3)}, "4 reported"},
	} {
		o, err := c.o.after(c.before)
		got := fmt.Sprintf("%d %s", o.Revision, o.State)
		if err != nil {
			got = fault.As(err).Key
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	o := in(OutputReported, 1)
	if _, err := o.decide(true, "", hand{"a", "A"}, outputNow); fault.As(err) == nil || fault.As(err).Key != "platforms.output.own" {
		t.Errorf("reviewed by who reported: %v", err)
	}
	if _, err := o.decide(false, " ", hand{"b", "B"}, outputNow); err == nil {
		t.Error("refused without a reason")
	}
	if o, err := o.decide(true, "", hand{"b", "B"}, outputNow); err != nil || o.State != OutputAccepted {
		t.Errorf("accepted: %+v, %v", o, err)
	}
}

func TestTheLargestFigureOfAnEnterpriseCounts(t *testing.T) {
	f := func(year int, uscc string, yuan int64, state OutputState) Output {
		return Output{Year: year, USCC: uscc, yuan: yuan * yuanOf, State: state}
	}
	list := []Output{
		f(2025, "a", 9, OutputReported), f(2025, "a", 7, OutputAccepted), f(2025, "a", 5, OutputAccepted), f(2025, "a", 1, OutputAccepted), f(2025, "b", 3, OutputAccepted),
		f(2024, "a", 2, OutputAccepted), f(2024, "c", 4, OutputReported),
	}
	got := fmt.Sprint(yearsOf(list))
	if want := fmt.Sprint([]OutputYear{{2025, 10, 2, 1, 1, 6, false}, {2024, 2, 1, 1, 0, 0, false}}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func table(text string) sheet.Sheet { return sheet.CSV(strings.NewReader(text), int64(len(text))) }

const outputHead = "统一社会信用代码,企业名称,年度,新增产值（万元）,项目,测算依据\n"

func TestTablesOfOutputSayWhatBecomesOfEachRow(t *testing.T) {
	code := func(n int) string { return identity.CompleteUSCC(fmt.Sprintf("91370200%09d", n)) }
	text := outputHead
	for n, rest := range []string{"甲,2025,\"1,200.5\",产线,同比", "乙,2025,3,产线,同比", "丙,2025,4,产线,同比", "丁,2025,x,产线,同比", "戊,,1,产线,同比"} {
		text += code(n) + "," + rest + "\n"
	}
	text += code(0) + ",甲,2025,1,产线,同比\n"
	rows, err := readOutputs(table(text), outputNow)
	if err != nil {
		t.Fatal(err)
	}
	accepted := func(r OutputRow, yuan int64) Output {
		o := r.output
		o.State, o.yuan, o.Amount = OutputAccepted, yuan, float64(yuan)/yuanOf
		return o
	}
	rows[1] = rows[1].against([]Output{accepted(rows[1], 20_000)})
	rows[2] = rows[2].against([]Output{accepted(rows[2], 40_000)})
	var got []string
	for _, r := range rows {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Line, r.Outcome, r.Column)))
	}
	if s := strings.Join(got, ", "); s != "2 new, 3 change, 4 same, 5 refused amount, 6 refused year, 7 refused uscc" || *rows[1].Before != 2 || rows[0].Amount != 1200.5 {
		t.Errorf("%s; before %v", s, rows[1].Before)
	}
	for _, bad := range []string{"", "a,b\n1,2\n", outputHead} {
		if _, err := readOutputs(table(bad), outputNow); fault.As(err) == nil {
			t.Errorf("%q is a table: %v", bad, err)
		}
	}
}

func FuzzReadOutputs(f *testing.F) {
	f.Add(outputHead + "91370200264574251E,甲,2025,1200.5,产线,同比\n")
	f.Add("\ufeffuscc,enterprise,year,amount,project,basis\n,,,NaN,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := readOutputs(table(text), outputNow)
		if err != nil {
			return
		}
		for _, r := range rows {
			if r.Outcome == "new" && (r.output.check(outputNow) != nil || r.output.yuan < 0) || r.Outcome == "refused" && r.Why == nil {
				t.Errorf("%+v", r)
			}
		}
	})
}
