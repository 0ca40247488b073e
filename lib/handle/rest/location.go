package rest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Bounds of a value 10320/loc.
const (
	maxLocations     = 1000
	maxLocationsText = 64 << 10
	maxWeight        = 1e6
)

// Methods of choosing a location, and those that hold when a value names none.
const (
	byAttribute = "locatt"
	byCountry   = "country"
	byWeight    = "weighted"

	usualMethods = byAttribute + "," + byCountry + "," + byWeight
)

// location is one of the places where a handle leads.
type location struct {
	href       string
	attributes map[string]string
}

// locations are those of a value 10320/loc.
type locations struct {
	methods []string
	list    []location
}

// parseLocations reads the XML of a value 10320/loc. Places where a browser
// cannot be sent are left out.
func parseLocations(text []byte) (locations, error) {
	if len(text) > maxLocationsText {
		return locations{}, errors.New("10320/loc: the value is too long")
	}
	var x struct {
		ChooseBy string `xml:"chooseby,attr"`
		List     []struct {
			Attributes []xml.Attr `xml:",any,attr"`
		} `xml:"location"`
	}
	if err := xml.Unmarshal(text, &x); err != nil {
		return locations{}, fmt.Errorf("10320/loc: %w", err)
	}
	if len(x.List) > maxLocations {
		return locations{}, fmt.Errorf("10320/loc: there are more than %d locations", maxLocations)
	}
	if x.ChooseBy == "" {
		x.ChooseBy = usualMethods
	}
	l := locations{methods: strings.Split(strings.ToLower(strings.ReplaceAll(x.ChooseBy, " ", "")), ",")}
	for _, element := range x.List {
		one := location{attributes: map[string]string{}}
		for _, a := range element.Attributes {
			one.attributes[a.Name.Local] = a.Value
		}
		var ok bool
		if one.href, ok = target(one.attributes["href"]); ok {
			l.list = append(l.list, one)
		}
	}
	return l, nil
}

// asker is what is known of who asks.
type asker struct {
	attributes []string // as key:value, from the parameter locatt
	country    string
	chance     float64 // from 0 to 1, which chooses by weight
}

// choose returns the location for who asks: each method leaves some, until one is
// left; weights decide between the last.
func (l locations) choose(a asker) (string, bool) {
	left := l.list
	for _, method := range l.methods {
		if len(left) < 2 {
			break
		}
		switch method {
		case byAttribute:
			left = a.withAttribute(left)
		case byCountry:
			left = a.inCountry(left)
		case byWeight:
			left = a.byChance(left)
		}
	}
	if len(left) == 0 {
		return "", false
	}
	return a.byChance(left)[0].href, true
}

// withAttribute leaves those with an attribute that is asked for, or all.
func (a asker) withAttribute(list []location) []location {
	for _, wanted := range a.attributes {
		key, value, ok := strings.Cut(wanted, ":")
		if !ok {
			continue
		}
		if some := filter(list, func(l location) bool { return l.attributes[key] == value && value != "" }); len(some) > 0 {
			list = some
		}
	}
	return list
}

// inCountry leaves those of the asker's country, or else those of no country, or
// else all.
func (a asker) inCountry(list []location) []location {
	own := filter(list, func(l location) bool { return a.country != "" && strings.EqualFold(l.attributes["country"], a.country) })
	if len(own) > 0 {
		return own
	}
	if none := filter(list, func(l location) bool { return l.attributes["country"] == "" }); len(none) > 0 {
		return none
	}
	return list
}

// byChance leaves one, by weights; where none has a weight, each is as likely.
func (a asker) byChance(list []location) []location {
	if len(list) < 2 {
		return list
	}
	weights, total := make([]float64, len(list)), 0.0
	for i, l := range list {
		weights[i] = weight(l)
		total += weights[i]
	}
	if total == 0 {
		at := min(int(a.chance*float64(len(list))), len(list)-1)
		return list[at : at+1]
	}
	at, sum := 0, 0.0
	for i, w := range weights {
		if w == 0 {
			continue
		}
		at = i
		if sum += w; a.chance*total < sum {
			break
		}
	}
	return list[at : at+1]
}

// weight is 1 where none is given, and 0 for one that is none.
func weight(l location) float64 {
	text, ok := l.attributes["weight"]
	if !ok {
		return 1
	}
	w, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(w > 0) {
		return 0
	}
	return min(w, maxWeight)
}

func filter(list []location, keep func(location) bool) []location {
	return slices.DeleteFunc(slices.Clone(list), func(l location) bool { return !keep(l) })
}
