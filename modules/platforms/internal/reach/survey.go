package reach

import (
	"math"
	"strconv"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// MostStrata is how many strata a survey may have.
const MostStrata = 500

// Stratum is a part of the enterprises that a survey asked: how many there are, how
// many were asked and answered, and how many of these use a platform.
type Stratum struct {
	Name       string `json:"name" maxLength:"100"`
	Population int    `json:"population" minimum:"1"`
	Asked      int    `json:"asked" minimum:"0"`
	Answered   int    `json:"answered" minimum:"0"`
	Using      int    `json:"using" minimum:"0"`
}

// Estimate is the share of enterprises that use a platform, with its 95 % confidence
// interval, all in percent.
type Estimate struct {
	Rate       float64 `json:"rate"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Population int     `json:"population"`
	Asked      int     `json:"asked"`
	Answered   int     `json:"answered"`
	Response   float64 `json:"response" doc:"Answered of asked, percent"`
}

// z95 is the 97.5 % quantile of the normal distribution.
const z95 = 1.959963984540054

// Survey estimates a share from strata: Σ (N_h/N) p_h with p_h = u_h/n_h, and the
// variance Σ (N_h/N)² (1 − n_h/N_h) p_h (1 − p_h)/(n_h − 1) of simple random samples
// without replacement in strata (Cochran, Sampling Techniques, 3rd edition, eq. 5.52).
// A stratum that was asked whole has no sampling error. The strata were checked.
func Survey(strata []Stratum) Estimate {
	var e Estimate
	for _, s := range strata {
		e.Population += s.Population
		e.Asked += s.Asked
		e.Answered += s.Answered
	}
	rate, variance := 0.0, 0.0
	for _, s := range strata {
		weight := float64(s.Population) / float64(e.Population)
		p := float64(s.Using) / float64(s.Answered)
		rate += weight * p
		if s.Answered < s.Population {
			left := 1 - float64(s.Answered)/float64(s.Population)
			variance += weight * weight * left * p * (1 - p) / float64(s.Answered-1)
		}
	}
	half := z95 * math.Sqrt(variance)
	e.Rate, e.Low, e.High = 100*rate, 100*max(rate-half, 0), 100*min(rate+half, 1)
	e.Response = 100 * float64(e.Answered) / float64(e.Asked)
	return e
}

// check says what of a stratum is wrong, by its column.
func (s Stratum) check() (column string, why lang.Text) {
	switch {
	case s.Name == "":
		return "stratum", lang.Text{ZH: "没有名称", EN: "it has no name"}
	case s.Population < 1:
		return "population", lang.Text{ZH: "总体应大于 0", EN: "there is no population"}
	case s.Asked > s.Population:
		return "asked", lang.Text{ZH: "调查数超过总体", EN: "more were asked than there are"}
	case s.Answered > s.Asked:
		return "answered", lang.Text{ZH: "答复数超过调查数", EN: "more answered than were asked"}
	case s.Answered < 2 && s.Answered < s.Population:
		return "answered", lang.Text{ZH: "少于 2 份答复时无法估计误差；请与相近的层合并", EN: "fewer than two answers tell nothing of the error: join it with a stratum like it"}
	case s.Using > s.Answered:
		return "using", lang.Text{ZH: "使用数超过答复数", EN: "more use a platform than answered"}
	}
	return "", lang.Text{}
}

// ReadSurvey reads the strata of a survey. When a row is wrong, the list is empty.
func ReadSurvey(rows sheet.Sheet) ([]Stratum, []Wrong, error) {
	r, err := newReader(rows, "stratum", "population", "asked", "answered", "using")
	if err != nil {
		return nil, nil, err
	}
	return read(r, MostStrata, func() Stratum {
		s := Stratum{strings.Clone(r.text("stratum")), r.count("population"), r.count("asked"), r.count("answered"), r.count("using")}
		if column, why := s.check(); column != "" {
			r.doubt(column, why)
		}
		return s
	})
}

// mostCounted bounds a count, so that sums of them are exact.
const mostCounted = 100_000_000

func (r *reader) count(column string) int {
	n, err := strconv.Atoi(r.text(column))
	if err != nil || n < 0 || n > mostCounted {
		r.refuse(column, "%.30q 不是 0 以上的整数", "%.30q is no whole number from 0", r.text(column))
		return 0
	}
	return n
}
