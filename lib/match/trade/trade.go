// Package trade is the trade terms of industrial digital services: which words,
// abbreviations and English names mean the same (terms.txt, written by hand).
package trade

import (
	_ "embed"
	"strings"

	"linghang/lib/match/text"
)

//go:embed terms.txt
var terms string

// Terms reads the table.
func Terms() (*text.Trade, error) { return text.ReadTrade(strings.NewReader(terms)) }
