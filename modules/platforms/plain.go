package platforms

import (
	"strconv"
)

// plain reads reports as nearly all senders write them, without an allocation
// for each item. What is unusual in any way (escapes, other scripts than Latin,
// keys in another case, twice or unknown) is left to encoding/json, which also
// says what is wrong: whatever plain reads, encoding/json reads the same.
type plain struct {
	text string
	at   int
}

// readPlain reads a report whose texts are parts of text, its items into the
// memory of items; ok is false when it is not plain.
func readPlain(text string, items []reportItem) (r report, ok bool) {
	p := &plain{text: text}
	r.Items = items[:0]
	ok = p.object(func(key string) (int, bool) {
		switch key {
		case "schema":
			n, ok := p.integer()
			r.Schema = int(n)
			return 0, ok
		case "platform":
			return 1, p.string(&r.Platform)
		case "seq":
			return 2, p.whole(&r.Seq)
		case "period":
			return 3, p.string(&r.Period)
		case "sent_at":
			var at string
			return 4, p.string(&at) && r.SentAt.UnmarshalText([]byte(at)) == nil
		case "revises":
			return 5, p.whole(&r.Revises)
		case "items":
			return 6, p.items(&r.Items)
		}
		return 0, false
	})
	p.space()
	return r, ok && p.at == len(text)
}

func (p *plain) items(items *[]reportItem) bool {
	if !p.sign('[') {
		return false
	}
	if *items = (*items)[:0]; cap(*items) == 0 {
		*items = make([]reportItem, 0, min(maxItems, len(p.text)/32+1))
	}
	if p.sign(']') {
		return true
	}
	for {
		*items = append(*items, reportItem{})
		if !p.item(&(*items)[len(*items)-1]) {
			return false
		}
		if !p.sign(',') {
			return p.sign(']')
		}
	}
}

func (p *plain) item(x *reportItem) bool {
	return p.object(func(key string) (int, bool) {
		switch key {
		case "code":
			return 0, p.string(&x.Code)
		case "dims":
			return 1, p.dims(&x.Dims)
		case "value":
			return 2, p.number(&x.Value)
		case "quality":
			return 3, p.string(&x.Quality)
		}
		return 0, false
	})
}

func (p *plain) dims(d *dims) bool {
	return p.object(func(key string) (int, bool) {
		switch key {
		case "industry":
			return 0, p.string(&d.Industry)
		case "district":
			return 1, p.string(&d.District)
		case "size":
			return 2, p.string(&d.Size)
		case "type":
			return 3, p.string(&d.Type)
		}
		return 0, false
	})
}

// object reads an object; value reads the value of a key and returns the key's
// number, by which a key that stands twice is found.
func (p *plain) object(value func(key string) (int, bool)) bool {
	if !p.sign('{') {
		return false
	}
	if p.sign('}') {
		return true
	}
	seen := 0
	for {
		var key string
		if !p.string(&key) || !p.sign(':') {
			return false
		}
		n, ok := value(key)
		if !ok || seen&(1<<n) != 0 {
			return false
		}
		seen |= 1 << n
		if !p.sign(',') {
			return p.sign('}')
		}
	}
}

func (p *plain) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\n', '\t', '\r':
			p.at++
		default:
			return
		}
	}
}

// sign passes over one sign, when it is the next one.
func (p *plain) sign(c byte) bool {
	p.space()
	if p.at >= len(p.text) || p.text[p.at] != c {
		return false
	}
	p.at++
	return true
}

func (p *plain) string(s *string) bool {
	if !p.sign('"') {
		return false
	}
	for i := p.at; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '"':
			*s = p.text[p.at:i]
			p.at = i + 1
			return true
		case c == '\\' || c < ' ' || c >= 0x7f:
			return false
		}
	}
	return false
}

func (p *plain) whole(n *int64) (ok bool) {
	*n, ok = p.integer()
	return ok
}

func (p *plain) integer() (int64, bool) {
	p.space()
	start := p.at
	p.digits()
	if p.at == start || (p.text[start] == '0' && p.at > start+1) {
		return 0, false
	}
	n, err := strconv.ParseInt(p.text[start:p.at], 10, 64)
	return n, err == nil
}

func (p *plain) digits() {
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
}

// number reads a number as JSON writes it.
func (p *plain) number(v *float64) bool {
	p.space()
	start := p.at
	p.skip("-")
	first := p.at
	p.digits()
	if p.at == first || (p.text[first] == '0' && p.at > first+1) {
		return false
	}
	if p.at-start <= 15 && first == start && (p.at >= len(p.text) || (p.text[p.at] != '.' && p.text[p.at] != 'e' && p.text[p.at] != 'E')) {
		n := int64(0)
		for _, c := range []byte(p.text[start:p.at]) {
			n = 10*n + int64(c-'0')
		}
		*v = float64(n)
		return true
	}
	if p.skip(".") && !p.some() {
		return false
	}
	if p.skip("eE") {
		p.skip("+-")
		if !p.some() {
			return false
		}
	}
	var err error
	*v, err = strconv.ParseFloat(p.text[start:p.at], 64)
	return err == nil
}

// skip passes over one of some signs, and says whether it was there.
func (p *plain) skip(signs string) bool {
	for i := range len(signs) {
		if p.at < len(p.text) && p.text[p.at] == signs[i] {
			p.at++
			return true
		}
	}
	return false
}

// some passes over one digit or more.
func (p *plain) some() bool {
	start := p.at
	p.digits()
	return p.at > start
}
