package atlas

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// foundKinds are the kinds of nodes that the city's search finds by this room.
// Enterprises, scenarios and platforms are found by the rooms whose they are; districts,
// industries, stages of the process and modes are no things but words of others.
func foundKinds() []string {
	return []string{kindChain, kindStage, kindProduct, kindTechnology, kindCapability, kindOutside}
}

// isFound tells whether the search may find a node, by its ID.
func isFound(id string) bool {
	kind, _, _ := strings.Cut(id, "/")
	return slices.Contains(foundKinds(), kind)
}

// wholeCity stands where a document tells whose it is: an organisation that is in nobody's
// scope but of those who see the whole city.
const wholeCity = "the whole city"

// ofNode is how the search finds a node. chain is the name of the chain of a stage. What
// is not for everybody is for who sees the whole city.
func ofNode(n Node, chain lang.Text, public bool) module.Document {
	kind, id, _ := strings.Cut(n.ID, "/")
	d := module.Document{Noun: kind, ID: id, Title: n.Name, Path: n.Props["link"], Permission: "atlas.view", City: public}
	if !public {
		d.Organisations = []string{wholeCity}
	}
	if kind == kindStage {
		d.Path += "?stage=" + url.QueryEscape(n.Props["stage"])
	}
	if d.Path == "" {
		q := url.Values{"node": {n.ID}, "pick": {n.ID}}
		d.Path = "/atlas/explorer?" + q.Encode()
	}
	for _, tag := range []string{chain.ZH, chain.EN, n.Props["code"], n.Props["region"]} {
		if tag != "" {
			d.Tags = append(d.Tags, tag)
		}
	}
	d.Body = n.Props["note"]
	return d
}

// digestOf tells documents apart.
func digestOf(d module.Document) string {
	text, err := json.Marshal(d)
	if err != nil {
		return "" // a document is plain strings
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// found are the documents of the nodes that are there on the day of a city.
func (c *city) found(do func(id string, d module.Document) error) error {
	for _, id := range sortedKeys(c.hidden) {
		if !isFound(id) {
			continue
		}
		n := c.nodes[id]
		if err := do(id, ofNode(n, c.nodes[n.Props["chain"]].Name, !c.hidden[id])); err != nil {
			return err
		}
	}
	return nil
}
