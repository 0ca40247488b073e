package highs

import (
	"strconv"
	"strings"
)

// Progress is how far the search of a mixed integer programme is. In the model's own sense:
// when maximising, the objective rises and the bound falls.
type Progress struct {
	Seconds   float64
	Nodes     int64
	Objective float64 // of the best solution; infinite if there is none yet
	Bound     float64 // no solution is better
}

// maxLine is longer than any line of HiGHS.
const maxLine = 4 << 10

// progressLog reads progress from what HiGHS prints. A line that it does not know tells nothing.
type progressLog struct {
	line []byte
	tell func(Progress)
}

func (l *progressLog) add(text []byte) {
	for _, c := range text {
		if c != '\n' {
			if len(l.line) < maxLine {
				l.line = append(l.line, c)
			}
			continue
		}
		if p, ok := parseProgress(string(l.line)); ok {
			l.tell(p)
		}
		l.line = l.line[:0]
	}
}

// parseProgress reads a line of the table of the search:
//
//	Src  Proc. InQueue |  Leaves   Expl. | BestBound       BestSol              Gap |   Cuts   InLp Confl. | LpIters     Time
//	 T       0       0         0   0.00%   3204            2744.375          16.75%       12      3      0        99     0.2s
func parseProgress(line string) (Progress, bool) {
	line = strings.TrimRight(line, "\r ")
	field := strings.Fields(line)
	if len(field) > 0 && !isNumber(field[0]) {
		field = field[1:] // which heuristic found the solution
	}
	if len(field) != 12 || !strings.HasSuffix(field[3], "%") || !strings.HasSuffix(field[11], "s") {
		return Progress{}, false
	}
	nodes, ok1 := count(field[0])
	bound, err2 := strconv.ParseFloat(field[4], 64)
	objective, err3 := strconv.ParseFloat(field[5], 64)
	seconds, err4 := strconv.ParseFloat(strings.TrimSuffix(field[11], "s"), 64)
	if !ok1 || err2 != nil || err3 != nil || err4 != nil {
		return Progress{}, false
	}
	return Progress{Seconds: seconds, Nodes: nodes, Objective: objective, Bound: bound}, true
}

func isNumber(s string) bool {
	_, ok := count(s)
	return ok
}

// count reads 12, or 12k for twelve thousands.
func count(s string) (int64, bool) {
	factor := int64(1)
	if digits, thousands := strings.CutSuffix(s, "k"); thousands {
		s, factor = digits, 1000
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n * factor, err == nil
}
