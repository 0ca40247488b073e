package namespace_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linghang/lib/handle/namespace"
	"linghang/lib/handle/wire"
)

// page is a template as they are published: a part of a page, with the rest as it is.
const page = `<namespace>
  <template delimiter="@">
    <foreach>
      <if value="type" test="equals" expression="URL">
        <if value="extension" test="matches" expression="box\(([^,]*),([^,]*)\)" parameter="x">
          <value data="${data}?wh=${x[2]}&amp;ww=${x[1]}"/>
        </if>
        <else>
          <value data="${data}?${x}"/>
        </else>
      </if>
      <else>
        <value/>
      </else>
    </foreach>
  </template>
</namespace>`

// in puts steps into a template.
func in(steps string) string {
	return `<namespace><template delimiter="@">` + steps + `</template></namespace>`
}

func each(steps string) string { return in("<foreach>" + steps + "</foreach>") }

func parse(t testing.TB, s string) *namespace.Namespace {
	t.Helper()
	n, err := namespace.Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func base() []wire.Value {
	secret := wire.Text(3, wire.TypeDescription, "for administrators")
	secret.Permissions = wire.PermissionsSecret
	url := wire.Text(1, wire.TypeURL, "http://a.example/d")
	url.TTL, url.Timestamp = 60, 1_700_000_000
	return []wire.Value{url, wire.Text(2, "EMAIL", "a@a.example"), secret}
}

func texts(values []wire.Value) []string {
	var list []string
	for _, v := range values {
		list = append(list, fmt.Sprintf("%d %s %s", v.Index, v.Type, v.Data))
	}
	return list
}

func TestATemplateMakesValues(t *testing.T) {
	whole := `<value index="9" type="T" data="${handle}|${base}|${extension}"/>`
	for name, c := range map[string]struct {
		template, extension string
		want                []string
	}{
		"a match":                   {page, "box(10,20)", []string{"1 URL http://a.example/d?wh=20&ww=10", "2 EMAIL a@a.example"}},
		"no match":                  {page, "p=1&q=2", []string{"1 URL http://a.example/d?p=1&q=2", "2 EMAIL a@a.example"}},
		"a match in the middle":     {page, "box(10,20)x", []string{"1 URL http://a.example/d?box(10,20)x", "2 EMAIL a@a.example"}},
		"an empty extension":        {page, "", []string{"1 URL http://a.example/d?", "2 EMAIL a@a.example"}},
		"names":                     {in(whole), "E", []string{"9 T 88.1/a@E|88.1/a|E"}},
		"names of a value":          {each(`<value data="${index}:${type}:${data}"/>`), "", []string{"1 URL 1:URL:http://a.example/d", "2 EMAIL 2:EMAIL:a@a.example"}},
		"another index and type":    {each(`<value index="1${index}" type="X.${type}"/>`), "", []string{"11 X.URL http://a.example/d", "12 X.EMAIL a@a.example"}},
		"the first of an index":     {each(`<value index="7" data="${index}"/>`), "", []string{"7 URL 1"}},
		"an index that is none":     {each(`<value index="${data}"/>`), "", nil},
		"an index from outside":     {in(`<value index="${extension}" type="T" data=""/>`), "42", []string{"42 T "}},
		"an index that is too far":  {in(`<value index="${extension}" type="T" data=""/>`), "2147483648", nil},
		"nothing":                   {in(``), "x", nil},
		"two of one":                {each(`<value/><value index="2${index}"/>`), "", []string{"1 URL http://a.example/d", "21 URL http://a.example/d", "2 EMAIL a@a.example", "22 EMAIL a@a.example"}},
		"beside foreach":            {in(whole + `<foreach><value/></foreach>`), "E", []string{"9 T 88.1/a@E|88.1/a|E", "1 URL http://a.example/d", "2 EMAIL a@a.example"}},
		"foreach in an if":          {in(`<if value="extension" test="equals" expression="all"><foreach><value/></foreach></if>`), "all", []string{"1 URL http://a.example/d", "2 EMAIL a@a.example"}},
		"an if that fails":          {in(`<if value="extension" test="equals" expression="all"><foreach><value/></foreach></if>`), "All", nil},
		"types without their case":  {each(`<if value="type" test="equals" expression="url"><value/></if>`), "", []string{"1 URL http://a.example/d"}},
		"bases without their case":  {in(`<if value="base" test="equals" expression="88.1/A">` + whole + `</if>`), "", []string{"9 T 88.1/a@|88.1/a|"}},
		"equals with a parameter":   {in(`<if value="extension" test="equals" expression="E" parameter="x"><value index="1" type="T" data="${x}${x[0]}"/></if>`), "E", []string{"1 T EE"}},
		"the whole match":           {in(`<if value="extension" test="matches" expression="a(b)?c" parameter="x"><value index="1" type="T" data="${x[0]}|${x[1]}"/></if>`), "ac", []string{"1 T ac|"}},
		"alternatives":              {in(`<if value="extension" test="matches" expression="a|b"><value index="1" type="T" data=""/></if>`), "bc", nil},
		"lines":                     {in(`<if value="extension" test="matches" expression="(?s)a.b"><value index="1" type="T" data=""/></if>`), "a\nb", []string{"1 T "}},
		"dollars":                   {in(`<value index="1" type="T" data="$5 {a} $${extension}$"/>`), "E", []string{"1 T $5 {a} $E$"}},
		"a chain of else":           {in(`<if value="extension" test="equals" expression="a"><value index="1" type="T" data="A"/></if><else><if value="extension" test="equals" expression="b"><value index="1" type="T" data="B"/></if><else><value index="1" type="T" data="C"/></else></else>`), "c", []string{"1 T C"}},
		"one test in another":       {in(`<if value="extension" test="matches" expression="(.)(.*)" parameter="x"><if value="x[2]" test="matches" expression="(.)(.*)" parameter="y"><value index="1" type="T" data="${y[1]}${x[1]}${y[2]}"/></if></if>`), "abc", []string{"1 T bac"}},
		"one name for two":          {in(`<if value="extension" test="matches" expression="(.).*" parameter="x"><if value="extension" test="matches" expression=".(.).*" parameter="x"><value index="1" type="T" data="${x[1]}"/></if><value index="2" type="T" data="${x[1]}"/></if>`), "abc", []string{"1 T b", "2 T a"}},
		"groups of what failed":     {in(`<if value="extension" test="matches" expression="(z)" parameter="x"><value index="1" type="T" data=""/></if><else><value index="1" type="T" data="${x[1]}${x}"/></else>`), "abc", []string{"1 T abc"}},
		"comments and declarations": {`<?xml version="1.0" encoding="UTF-8"?><!-- a --><namespace xmlns="x"><status>active <b>now</b></status><template delimiter="@"><!-- b -->` + whole + `</template>text<contact/></namespace>`, "E", []string{"9 T 88.1/a@E|88.1/a|E"}},
	} {
		n := parse(t, c.template)
		got, err := n.Compute("88.1/a@"+c.extension, "88.1/a", c.extension, base())
		if err != nil || !slices.Equal(texts(got), c.want) {
			t.Errorf("%s: %q, %v, want %q", name, texts(got), err, c.want)
		}
	}
}

func TestAMadeValueIsAsItsOriginIs(t *testing.T) {
	n := parse(t, page)
	got, err := n.Compute("88.1/a@p", "88.1/a", "p", base())
	if err != nil || got[0].TTL != 60 || got[0].Timestamp != 1_700_000_000 || got[0].Permissions != wire.PermissionsPublic {
		t.Errorf("%+v, %v", got, err)
	}
	if b := base(); string(b[0].Data) != "http://a.example/d" {
		t.Error("the base handle was changed")
	}
	alone, err := parse(t, in(`<value index="1" type="T" data="x"/>`)).Compute("88.1/a@p", "88.1/a", "p", nil)
	if err != nil || alone[0].TTL != wire.DefaultTTL || alone[0].Permissions != wire.PermissionsPublic {
		t.Errorf("%+v, %v", alone, err)
	}
}

// Whatever a template says, what not everybody may read is not at hand.
func TestSecretsAreNotAtHand(t *testing.T) {
	for _, steps := range []string{
		`<value/>`, `<value index="9" type="T" data="${data}"/>`,
		`<if value="data" test="matches" expression="for administrators"><value index="9" type="LEAK" data="yes"/></if>`,
		`<if value="index" test="equals" expression="3"><value index="9" type="LEAK" data="yes"/></if>`,
	} {
		got, err := parse(t, each(steps)).Compute("88.1/a@p", "88.1/a", "p", base())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range got {
			if v.Index == 3 || v.Type == "LEAK" || strings.Contains(string(v.Data), "administrators") {
				t.Errorf("%s makes %s", steps, v.Data)
			}
		}
	}
}

func TestHandlesAreCutAtTheFirstDelimiter(t *testing.T) {
	for name, c := range map[string]struct {
		delimiter, handle, base, extension string
		ok                                 bool
	}{
		"once":            {"@", "88.1/a@b", "88.1/a", "b", true},
		"twice":           {"@", "88.1/a@b@c", "88.1/a", "b@c", true},
		"at the end":      {"@", "88.1/a@", "88.1/a", "", true},
		"two octets":      {"::", "88.1/a:b::c", "88.1/a:b", "c", true},
		"in the prefix":   {".", "88.1/a", "", "", false},
		"no base":         {"@", "88.1/@b", "", "", false},
		"none":            {"@", "88.1/a", "", "", false},
		"a slash":         {"/", "88.1/a/b", "88.1/a", "b", true},
		"no suffix":       {"@", "88.1@a", "", "", false},
		"another case":    {"x", "88.1/aXb", "", "", false},
		"several of ours": {"标识", "88.1/甲标识乙", "88.1/甲", "乙", true},
	} {
		n := parse(t, `<namespace><template delimiter="`+c.delimiter+`"/></namespace>`)
		base, extension, ok := n.Cut(c.handle)
		if base != c.base || extension != c.extension || ok != c.ok {
			t.Errorf("%s: %q %q %v", name, base, extension, ok)
		}
	}
	none := parse(t, `<namespace><status>active</status></namespace>`)
	if _, _, ok := none.Cut("88.1/a@b"); ok || none.HasTemplate() || none.Makes() {
		t.Error("a namespace without a template cuts handles")
	}
	if n := parse(t, `<namespace><template delimiter="@"/></namespace>`); !n.HasTemplate() || n.Makes() || n.Delimiter() != "@" {
		t.Error("a template that only says the delimiter")
	}
}

func TestWhatIsNoTemplateIsRefusedWithItsReason(t *testing.T) {
	value := `<value index="1" type="T" data="x"/>`
	for name, c := range map[string]struct{ text, reason string }{
		"nothing":                    {"", "empty"},
		"no XML":                     {"delimiter=@", "outside of attributes"},
		"not UTF-8":                  {"<namespace>\xff</namespace>", "UTF-8"},
		"another element":            {"<names/>", "<namespace>"},
		"no end":                     {"<namespace><template>", "unexpected EOF"},
		"another end":                {"<namespace>\n<template>\n</namespace></template>", "line 3: element <template> closed"},
		"two":                        {"<namespace/><namespace/>", "follows"},
		"text behind":                {"<namespace/>x", "outside of attributes"},
		"a document type":            {`<!DOCTYPE n [<!ENTITY a "b">]><namespace/>`, "document type"},
		"an entity":                  {in(`<value index="1" type="T" data="&a;"/>`), "entity"},
		"two templates":              {`<namespace><template/><template/></namespace>`, "more than one"},
		"an empty delimiter":         {`<namespace><template delimiter=""/></namespace>`, "delimiter is empty"},
		"a long delimiter":           {`<namespace><template delimiter="12345678901234567"/></namespace>`, "16 octets"},
		"an unknown attribute":       {`<namespace><template delimiter="@" ref="x"/></namespace>`, `"ref"`},
		"an attribute twice":         {in(`<value index="1" index="2" type="T" data="x"/>`), "twice"},
		"an unknown element":         {in(`<for/>`), "<for>"},
		"text":                       {in(`x`), "outside of attributes"},
		"foreach in foreach":         {each(`<foreach/>`), "in another"},
		"else alone":                 {in(`<else/>`), "does not follow"},
		"else after a value":         {in(value + `<else/>`), "does not follow"},
		"else twice":                 {in(`<if value="base" test="equals" expression="x"/><else/><else/>`), "does not follow"},
		"if without an expression":   {in(`<if value="base" test="equals"/>`), "no expression"},
		"if without a test":          {in(`<if value="base" expression="x"/>`), "neither equals nor matches"},
		"an unknown test":            {in(`<if value="base" test="begins" expression="x"/>`), `"begins"`},
		"if without a value":         {in(`<if test="equals" expression="x"/>`), "no variable"},
		"an unknown variable":        {in(`<if value="ttl" test="equals" expression="x"/>`), `"ttl"`},
		"a variable of no value":     {in(`<if value="type" test="equals" expression="x"/>`), "outside of <foreach>"},
		"a parameter named data":     {in(`<if value="base" test="equals" expression="x" parameter="data"/>`), "cannot name"},
		"a parameter with a space":   {in(`<if value="base" test="equals" expression="x" parameter="a b"/>`), "cannot name"},
		"a parameter out of reach":   {in(`<if value="base" test="equals" expression="x" parameter="p"/><value index="1" type="T" data="${p}"/>`), `"p"`},
		"a group that is not there":  {in(`<if value="base" test="matches" expression="(x)" parameter="p"><value index="1" type="T" data="${p[2]}"/></if>`), "1 groups"},
		"a group that is no number":  {in(`<if value="base" test="matches" expression="(x)" parameter="p"><value index="1" type="T" data="${p[x]}"/></if>`), "no variable"},
		"a group without an end":     {in(`<if value="base" test="matches" expression="(x)" parameter="p"><value index="1" type="T" data="${p[1}"/></if>`), "no variable"},
		"a variable without an end":  {in(`<value index="1" type="T" data="${base"/>`), "does not end"},
		"a value without a type":     {in(`<value index="1" data="x"/>`), "no type"},
		"a value with an empty type": {in(`<value index="1" type="" data="x"/>`), "type of <value> is empty"},
		"index 0":                    {in(`<value index="0" type="T" data="x"/>`), "no index"},
		"something in a value":       {in(`<value index="1" type="T" data="x">` + value + `</value>`), "stands in <value>"},
		"a broken expression":        {in(`<if value="base" test="matches" expression="(x"/>`), "missing closing"},
		"one that ends the group":    {in(`<if value="base" test="matches" expression="x)|(y"/>`), "unexpected )"},
		"looking behind":             {in(`<if value="base" test="matches" expression="(?&lt;=a)b"/>`), "invalid"},
		"a long expression":          {in(`<if value="base" test="matches" expression="` + strings.Repeat("a", 1025) + `"/>`), "1024 octets"},
		"one that becomes long":      {in(`<if value="base" test="matches" expression="` + strings.Repeat("[a-c]{900}", 10) + `"/>`), "takes too long"},
		"depth":                      {in(strings.Repeat(`<if value="base" test="equals" expression="x">`, 40) + strings.Repeat(`</if>`, 40)), "in one another"},
		"depth beside":               {`<namespace>` + strings.Repeat(`<a>`, 40) + strings.Repeat(`</a>`, 40) + `</namespace>`, "in one another"},
		"many elements":              {in(strings.Repeat(value, 600)), "512 elements"},
		"too long":                   {in(strings.Repeat(" ", namespace.MaxSize)), "octets"},
	} {
		_, err := namespace.Parse([]byte(c.text))
		if !errors.Is(err, namespace.ErrMalformed) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v, want %q", name, err, c.reason)
		}
	}
}

func TestWhatATemplateMakesIsBounded(t *testing.T) {
	many := make([]wire.Value, 200)
	for i := range many {
		many[i] = wire.Text(int32(i+1), wire.TypeURL, strings.Repeat("a", 4000))
	}
	few := many[:100]
	slow := each(`<if value="data" test="matches" expression="(a?){200}a{200}b"><value/></if>`)
	for name, c := range map[string]struct {
		template string
		values   []wire.Value
		fault    error
	}{
		"200 values":             {each(`<value data=""/>`), many, namespace.ErrTooMuch},
		"100 values":             {each(`<value data=""/>`), few, nil},
		"of 4000 octets":         {each(`<value/>`), few, namespace.ErrTooMuch},
		"one that grows":         {in(`<value index="1" type="T" data="` + strings.Repeat("${extension}", 200) + `"/>`), few, namespace.ErrTooMuch},
		"expressions for long":   {slow, many, namespace.ErrTooMuch},
		"a text that is long":    {each(`<if value="data" test="matches" expression="a*"><value data=""/></if>`), []wire.Value{wire.Text(1, "T", strings.Repeat("a", 5000))}, nil},
		"many for one that fits": {each(`<if value="index" test="equals" expression="150"><value data=""/></if>`), many, nil},
	} {
		extension := strings.Repeat("e", 1000)
		_, err := parse(t, c.template).Compute("88.1/a@"+extension, "88.1/a", extension, c.values)
		if !errors.Is(err, c.fault) {
			t.Errorf("%s: %v, want %v", name, err, c.fault)
		}
	}
}

func FuzzNamespace(f *testing.F) {
	f.Add([]byte(page), "box(1,2)")
	f.Add([]byte(each(`<if value="type" test="matches" expression="(U)(.*)" parameter="x"><value index="${index}1" data="${x[2]}${x}"/></if><else><value/></else>`)), "")
	f.Fuzz(func(t *testing.T, text []byte, extension string) {
		n, err := namespace.Parse(text)
		if err != nil {
			if !errors.Is(err, namespace.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		handle := "88.1/a" + n.Delimiter() + extension
		if b, e, ok := n.Cut(handle); ok && b+n.Delimiter()+e != handle {
			t.Fatalf("%q is cut into %q and %q", handle, b, e)
		}
		values, err := n.Compute(handle, "88.1/a", extension, base())
		if err != nil && !errors.Is(err, namespace.ErrTooMuch) {
			t.Fatal(err)
		}
		seen := map[int32]bool{}
		for _, v := range values {
			if v.Index <= 0 || v.Type == "" || seen[v.Index] || v.Permissions&wire.PublicRead == 0 || len(values) > namespace.MaxValues {
				t.Fatalf("made %+v", v)
			}
			seen[v.Index] = true
			if strings.Contains(string(v.Data), "for administrators") && !strings.Contains(string(text)+extension, "for administrators") {
				t.Fatal("a secret was told")
			}
		}
	})
}

func ExampleNamespace() {
	n, err := namespace.Parse([]byte(page))
	if err != nil {
		fmt.Println(err)
		return
	}
	handle := "88.1/map@box(10,20)"
	base, extension, _ := n.Cut(handle)
	values, err := n.Compute(handle, base, extension, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/map")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", values[0].Data)
	// Output: http://a.example/map?wh=20&ww=10
}
