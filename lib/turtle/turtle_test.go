package turtle

import (
	"errors"
	"strings"
	"testing"
)

func TestReadsWhatTheRecommendationShows(t *testing.T) {
	list, err := Read([]byte(`@base <http://example.org/> .
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
# a comment
<#green-goblin> a foaf:Person ; # in time
    foaf:name "Green Goblin"@en, '蜘蛛侠'@zh, """long "text"
""" ;
    foaf:age 42, -1.5, 1e3, true ;
    foaf:knows [ foaf:name "\u4eba\t" ], _:b.1 .
[] foaf:name "x"^^<http://www.w3.org/2001/XMLSchema#string> .
`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range list {
		got = append(got, strings.TrimPrefix(x.Predicate, "http://xmlns.com/foaf/0.1/")+" "+x.Object.Value+" "+x.Object.Language+strings.TrimPrefix(x.Object.Datatype, xsd))
	}
	want := []string{
		Type + " http://xmlns.com/foaf/0.1/Person ", "name Green Goblin en", "name 蜘蛛侠 zh", "name long \"text\"\n ",
		"age 42 integer", "age -1.5 decimal", "age 1e3 double", "age true boolean", "name 人\t ", "knows [1] ", "knows b.1 ", "name x string",
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if list[0].Subject.Value != "http://example.org/#green-goblin" || list[0].Line != 4 {
		t.Errorf("the first subject is %+v in line %d", list[0].Subject, list[0].Line)
	}
}

func TestRefusesWhatIsNotTurtle(t *testing.T) {
	for _, text := range []string{
		"<a> <b> <c> .", "x:y x:z 1 .", "<a:b> <a:c> \"open", "<a:b> <a:c> \"line\nend\" .", "<a:b> <a:c> (1 2) .", "<a:b> 1 <a:c> .", "<a:b> <a:c> 1", "<a:b> <a:c> 1.2.3 .",
		"<a:b> <a:c> \"\\x\" .", "<a:b> <a:c> \"\\ud800\" .", "<a b:c> <a:c> 1 .", "@wrong <a:b> .", "<a:b> _:x 1 .", "<a:b> <a:c> [ <a:d> 1 .", "<a:b> <a:c> \"\xff\" .", "<a:b> <a:c> \"x\"@ .",
	} {
		if list, err := Read([]byte(text), Limits{}); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q is read as %v, %v", text, list, err)
		}
	}
}

func TestKeepsItsBounds(t *testing.T) {
	for text, limits := range map[string]Limits{
		strings.Repeat("<a:b> <a:c> 1 .\n", 4): {Triples: 3},
		"<a:b> <a:c> [ <a:c> [ <a:c> [] ] ] .": {Depth: 2},
		"<a:b> <a:c> \"0123456789\" .":         {Text: 8},
	} {
		if _, err := Read([]byte(text), limits); !errors.Is(err, ErrTooMany) {
			t.Errorf("%q within %+v: %v", text, limits, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("@prefix a: <b:c> . a:x a a:Y ; a:n \"z\"@zh, 1 .")
	f.Add("<a:b> <a:c> [ <a:d> \"\"\"x\"\"\" ] .")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Read([]byte(text), Limits{Triples: 100, Depth: 8, Text: 1000})
		if err != nil && !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrTooMany) {
			t.Fatalf("an error of another kind: %v", err)
		}
		for _, x := range list {
			if x.Predicate == "" || x.Line < 1 || x.Subject.Kind == Literal {
				t.Fatalf("%q holds %+v", text, x)
			}
		}
	})
}
