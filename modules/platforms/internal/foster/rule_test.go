package foster

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

func aCall(at time.Time) Call {
	return Call{
		ID: "C", Year: 2026, Title: lang.Text{ZH: "征集", EN: "Call"}, Classes: []string{"specialised"}, OpensAt: at.Add(-time.Hour), ClosesAt: at.Add(time.Hour), Reviewers: 2, PassMark: 60, Limit: 1, State: CallOpen,
		Criteria: []Criterion{{Code: "a", Title: lang.Text{ZH: "甲", EN: "A"}, Weight: 1, Max: 100}, {Code: "b", Title: lang.Text{ZH: "乙", EN: "B"}, Weight: 1, Max: 10, Min: 5}},
	}
}

// places are where a fault says that something is wrong.
func places(err error) string {
	f := fault.As(err)
	if f == nil {
		return ""
	}
	var list []string
	for _, x := range f.Fields {
		list = append(list, x.Location)
	}
	return f.Key + " " + strings.Join(list, " ")
}

func expect(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := strings.TrimSpace(places(err)); got != want || (err == nil) != (want == "") {
		t.Errorf("%s: %v (%s), want %s", what, err, got, want)
	}
}

func TestCallsThatCannotBeHeld(t *testing.T) {
	at := time.Now()
	expect(t, "a good one", aCall(at).check([]string{"specialised"}), "")
	for _, s := range sets() {
		c := aCall(at)
		c.Criteria = s.Criteria
		expect(t, "the ready-made "+s.Code, c.check([]string{"specialised"}), "")
	}
	bad := Call{Criteria: []Criterion{{Code: "A"}, {Code: "a", Title: lang.Text{ZH: "x"}, Max: 1, Min: 2}, {Code: "a", Title: lang.Text{ZH: "x"}, Max: 1}}}
	expect(t, "a bad one", bad.check(nil), "platforms.foster.call_invalid body.title body.year body.closes_at body.reviewers body.limit body.classes"+
		" body.criteria[0].code body.criteria[0].title body.criteria[0].max body.criteria[1].min body.criteria[2].code body.criteria")
}

func TestAnOpenCallIsFrozen(t *testing.T) {
	at := time.Now()
	c := aCall(at)
	later, other := c, c
	later.ClosesAt, later.Text = c.ClosesAt.Add(time.Hour), "延期"
	_, err := c.edit(later, at)
	expect(t, "put off", err, "")
	other.Criteria = append([]Criterion{}, c.Criteria...)
	other.Criteria[0].Weight = 2
	_, err = c.edit(other, at)
	expect(t, "another weight", err, "platforms.foster.frozen")
	_, err = c.edit(later, c.ClosesAt)
	expect(t, "put off too late", err, "platforms.foster.deadline body.closes_at")
	sooner := c
	sooner.ClosesAt = c.ClosesAt.Add(-time.Minute)
	_, err = c.edit(sooner, at)
	expect(t, "brought forward", err, "platforms.foster.deadline body.closes_at")
	closed, err := c.move(CallClosed, at)
	expect(t, "close", err, "")
	_, err = closed.edit(later, at)
	expect(t, "change a closed one", err, "platforms.foster.call_closed")
	_, err = closed.move(CallOpen, at)
	expect(t, "open a closed one", err, "platforms.foster.call_state")
	draft := c
	draft.State = CallDraft
	_, err = draft.move(CallOpen, c.ClosesAt)
	expect(t, "open after the deadline", err, "platforms.foster.deadline_past body.to")
}

func TestTheDeadlineIsTheServersAndTheDigestTellsWhatWasSubmitted(t *testing.T) {
	at := time.Now()
	c := aCall(at)
	files := map[string]File{"F": {ID: "F", Name: "证明.pdf", Size: 3, SHA256: strings.Repeat("a", 64)}}
	a := Application{ID: "A", CallID: "C", PlatformID: "P", organisation: "O", State: Draft}
	_, err := a.answer(c, []Answer{{Code: "x"}, {Code: "b", Points: 11, Files: []string{"G"}}}, files, at)
	expect(t, "wrong answers", err, "platforms.foster.answers_invalid body.answers[0].code body.answers[1].points body.answers[1].files")
	a, err = a.answer(c, []Answer{{Code: "b", Points: 7, Text: " 五<六 ", Files: []string{"F", "F"}}}, files, at)
	expect(t, "a part of the answers", err, "")
	_, err = a.submit(c, files, at)
	expect(t, "incomplete", err, "platforms.foster.incomplete body.answers[0].text")
	a, err = a.answer(c, []Answer{a.Answers[1], {Code: "a", Points: 90, Text: "一"}}, files, at)
	expect(t, "all answers", err, "")
	sent, err := a.submit(c, files, at)
	expect(t, "submit", err, "")
	want := `{"format":"linghang-foster-1","application":"A","call":"C","platform":"P","organisation":"O","submitted_at":"` + at.UTC().Format("2006-01-02T15:04:05.000Z") + `","answers":[` +
		`{"code":"a","points":90,"text":"一","files":[]},{"code":"b","points":7,"text":"五<六","files":[{"sha256":"` + strings.Repeat("a", 64) + `","size":3,"name":"证明.pdf"}]}]}`
	if sum := sha256.Sum256([]byte(want)); sent.submission != want || sent.Digest != hex.EncodeToString(sum[:]) {
		t.Errorf("submission\n%s\nwant\n%s", sent.submission, want)
	}
	_, err = sent.answer(c, nil, files, at)
	expect(t, "change what was submitted", err, "platforms.foster.submitted")
	_, err = sent.recall(c, at)
	expect(t, "take it back", err, "")
	_, err = sent.recall(c, c.ClosesAt)
	expect(t, "take it back at the deadline", err, "platforms.foster.recall")
	_, err = a.submit(c, files, c.ClosesAt)
	expect(t, "submit at the deadline", err, "platforms.foster.not_accepting")
	_, err = a.submit(c, files, c.OpensAt.Add(-time.Millisecond))
	expect(t, "submit before it opens", err, "platforms.foster.not_accepting")
	_, err = sent.giveBack("", at, at)
	expect(t, "return without words", err, "platforms.foster.return_invalid body.reason body.until")
	until := c.ClosesAt.Add(time.Hour)
	back, err := sent.giveBack("缺证明", until, at)
	expect(t, "return", err, "")
	again, err := back.submit(c, files, until.Add(-time.Second))
	expect(t, "supplement after the deadline of the call", err, "")
	if again.Digest == sent.Digest || again.Reason != "" {
		t.Errorf("the supplement has the digest %s", again.Digest)
	}
	_, err = back.submit(c, files, until)
	expect(t, "supplement too late", err, "platforms.foster.supplement_over")
	_, err = back.decide(NotAwarded, "未补正", until.Add(-time.Second))
	expect(t, "decide while a supplement may come", err, "platforms.foster.state")
	_, err = back.decide(Awarded, "未补正", until)
	expect(t, "award what was not supplemented", err, "platforms.foster.state")
	ended, err := back.decide(NotAwarded, "未补正", until)
	expect(t, "end what was not supplemented", err, "")
	if ended.State != NotAwarded || ended.Reason != "未补正" {
		t.Errorf("it is %s: %s", ended.State, ended.Reason)
	}
}

func TestReviewsBeginWhenTheCallIsOver(t *testing.T) {
	at := time.Now()
	c := aCall(at)
	_, err := Application{State: Submitted}.review(c, at)
	expect(t, "before", err, "platforms.foster.still_open")
	a, err := Application{State: Submitted}.review(c, c.ClosesAt)
	expect(t, "after", err, "")
	_, err = Application{State: Returned}.review(c, c.ClosesAt)
	expect(t, "while it is returned", err, "platforms.foster.state")
	_, err = a.decide(Awarded, " ", at)
	expect(t, "without a reason", err, "platforms.foster.reason body.reason")
	a, err = a.decide(NotAwarded, "不足", at)
	expect(t, "decide", err, "")
	_, err = a.withdraw()
	expect(t, "withdraw what was decided", err, "platforms.foster.state")
}

func TestAReviewIsWholeAndFinal(t *testing.T) {
	c := aCall(time.Now())
	r := Review{State: Assigned}
	_, err := r.mark(c.Criteria, []Mark{{Code: "a", Points: 101}, {Code: "z"}}, "")
	expect(t, "wrong marks", err, "platforms.foster.marks_invalid body.marks[0].points body.marks[1].code")
	r, err = r.mark(c.Criteria, []Mark{{Code: "b", Points: 8}}, "")
	expect(t, "a part", err, "")
	_, err = r.submit(c.Criteria, time.Now())
	expect(t, "submit a part", err, "platforms.foster.marks_invalid body.marks[0].points body.marks[1].reason")
	r, _ = r.mark(c.Criteria, []Mark{{Code: "b", Points: 8, Reason: "好"}, {Code: "a", Points: 50, Reason: "可"}}, "")
	r, err = r.submit(c.Criteria, time.Now())
	expect(t, "submit", err, "")
	_, err = r.mark(c.Criteria, nil, "")
	expect(t, "change it", err, "platforms.foster.review_final")
	_, err = r.recuse("晚了")
	expect(t, "recuse afterwards", err, "platforms.foster.review_final")
	gone, err := Review{State: Assigned}.recuse("曾任职")
	expect(t, "recuse", err, "")
	other := r
	other.Marks = []Mark{{Code: "a", Points: 70, Reason: "中"}, {Code: "b", Points: 6, Reason: "乙"}}
	if _, ready := result(c, []Review{r, gone}); ready {
		t.Error("one review is enough for two")
	}
	if _, ready := result(c, []Review{r, other, {State: Assigned}}); ready {
		t.Error("a review that is awaited is not awaited")
	}
	got, ready := result(c, []Review{r, gone, other})
	if !ready || got.Total != 65 || !got.Passed {
		t.Errorf("result %+v, ready %v", got, ready)
	}
	if words := said([]Review{r, gone, other}, "a"); strings.Join(words, " ") != "中 可" {
		t.Errorf("said %v", words)
	}
}

func TestAnAwardIsInForceAfterItsNotice(t *testing.T) {
	at := time.Date(2026, 10, 31, 12, 0, 0, 0, cityTime())
	w := Award{Certificate: "青工培 2026-01", Year: 2026, AwardedOn: "2026-10-20", ValidUntil: "2029-10-19", NoticeFrom: at.AddDate(0, 0, -7), NoticeUntil: at}
	expect(t, "a good one", w.check(), "")
	expect(t, "a bad one", Award{AwardedOn: "x"}.check(), "platforms.foster.award_invalid body.certificate body.awarded_on body.valid_until body.notice_until")
	state := func(change func(*Award), now time.Time, want AwardState) {
		t.Helper()
		x := w
		change(&x)
		if got := x.state(now); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
	state(func(*Award) {}, at.Add(-time.Second), Noticed)
	state(func(*Award) {}, at, InForce)
	state(func(x *Award) { x.Open = 1 }, at, Contested)
	state(func(x *Award) { x.Upheld = 1 }, at.Add(-time.Second), Refused)
	state(func(*Award) {}, time.Date(2029, 10, 19, 23, 59, 0, 0, cityTime()), InForce)
	state(func(*Award) {}, time.Date(2029, 10, 20, 0, 0, 0, 0, cityTime()), Expired)
	state(func(x *Award) { x.WithdrawnOn = "2026-10-30" }, at, Revoked)
	expect(t, "object in the notice", w.object("不实", at.Add(-time.Second)), "")
	expect(t, "object too late", w.object("不实", at), "platforms.foster.no_notice")
	expect(t, "object without words", w.object(" ", at.Add(-time.Second)), "platforms.foster.objection_invalid body.text")
	o, err := Objection{State: "open"}.answer(true, "属实", at)
	expect(t, "answer", err, "")
	if o.State != "upheld" {
		t.Errorf("the objection is %s", o.State)
	}
	_, err = o.answer(false, "再答", at)
	expect(t, "answer twice", err, "platforms.foster.answered")
}

func TestFollowUpAndWithdrawal(t *testing.T) {
	at := time.Date(2027, 6, 1, 12, 0, 0, 0, cityTime())
	w := Award{Year: 2026, AwardedOn: "2026-10-20", ValidUntil: "2029-10-19"}
	_, err := w.follow(Check{Year: 2028, Outcome: "kept"}, at)
	expect(t, "a year to come, without a reason", err, "platforms.foster.check_invalid body.year body.reason")
	kept, err := w.follow(Check{Year: 2027, Outcome: "warned", Reason: "停报"}, at)
	expect(t, "warn", err, "")
	if kept.Checked != "warned" || kept.WithdrawnOn != "" {
		t.Errorf("after a warning %+v", kept)
	}
	gone, err := w.follow(Check{Year: 2027, Outcome: "withdrawn", Reason: "停运"}, at)
	expect(t, "withdraw by a check", err, "")
	if gone.WithdrawnOn != "2027-06-01" || gone.Why != "停运" {
		t.Errorf("after withdrawal %+v", gone)
	}
	_, err = gone.follow(Check{Year: 2027, Outcome: "kept", Reason: "x"}, at)
	expect(t, "follow what was withdrawn", err, "platforms.foster.not_in_force")
	_, err = gone.withdraw("2027-06-01", "x", at)
	expect(t, "withdraw twice", err, "platforms.foster.award_withdrawn")
	_, err = w.withdraw("2027-06-02", "", at)
	expect(t, "withdraw tomorrow without a reason", err, "platforms.foster.withdrawal_invalid body.reason body.on")
}
