package linkset

import (
	"encoding/json"
	"testing"

	"linghang/lib/handle/wire"
)

func level(anchor string, pairs ...string) Level {
	var values []wire.Value
	for i := 0; i < len(pairs); i += 2 {
		values = append(values, wire.Text(int32(i+1), pairs[i], pairs[i+1]))
	}
	return LevelOf(anchor, values)
}

func TestLinksAreReadFromValues(t *testing.T) {
	secret := wire.Text(9, "gs1:masterData", "https://a.example/secret")
	secret.Permissions = wire.PermissionsSecret
	for name, c := range map[string]struct {
		values []wire.Value
		want   string
	}{
		"an address is a link, and the default": {
			[]wire.Value{wire.Text(1, "URL", "https://a.example/x")},
			`{"linkset":[{"anchor":"A","https://ref.gs1.org/voc/defaultLink":[{"href":"https://a.example/x","title":"gs1:defaultLink"}]}]}`,
		},
		"an object is a link with what it says": {
			[]wire.Value{
				wire.Text(1, "gs1:pip", `{"href":"https://a.example/zh","title":"说明","type":"text/html","hreflang":["zh"]}`),
				wire.Text(2, "https://gs1.org/voc/pip", "https://a.example/en"), wire.Text(3, "DESC", "轴承"),
			},
			`{"linkset":[{"anchor":"A","https://ref.gs1.org/voc/defaultLink":[{"href":"https://a.example/zh","title":"说明"}],"https://ref.gs1.org/voc/pip":[{"href":"https://a.example/zh","title":"说明","type":"text/html","hreflang":["zh"]},{"href":"https://a.example/en","title":"轴承"}],"itemDescription":"轴承"}]}`,
		},
		"the default that is named goes before an address, with nothing but its title": {
			[]wire.Value{wire.Text(1, "URL", "https://a.example/x"), wire.Text(2, "gs1:defaultLink", `{"href":"https://a.example/d","title":"D","hreflang":["en"]}`)},
			`{"linkset":[{"anchor":"A","https://ref.gs1.org/voc/defaultLink":[{"href":"https://a.example/d","title":"D"}]}]}`,
		},
		"what leads nowhere on the web is no link": {
			[]wire.Value{
				wire.Text(1, "URL", "javascript:alert(1)"), wire.Text(2, "gs1:pip", "{"), wire.Text(3, "gs1:pip", "/x"), wire.Text(4, "gs1:", "https://a.example"),
				wire.Text(5, "gs1:a/b", "https://a.example"), wire.Text(6, "EMAIL", "https://a.example"), secret,
			},
			`{"linkset":[{"anchor":"A"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(Set{LevelOf("A", c.values)})
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestTheLinkIsChosenThatFitsBest(t *testing.T) {
	page := func(href, language string) string {
		return `{"href":"https://a.example/` + href + `","title":"t","type":"text/html","hreflang":["` + language + `"]}`
	}
	set := Set{
		level("serial", "gs1:traceability", "https://a.example/trace"),
		level("gtin", "URL", "https://a.example/default", "gs1:pip", page("zh", "zh-CN"), "gs1:pip", page("en", "en"),
			"gs1:certificationInfo", `{"href":"https://a.example/pdf","type":"application/pdf"}`, "gs1:certificationInfo", `{"href":"https://a.example/html","type":"text/html"}`,
			"gs1:traceability", "https://a.example/other", "gs1:instructions", "https://a.example/1", "gs1:instructions", "https://a.example/2",
			"gs1:safetyInfo", `{"href":"https://a.example/LK","context":["LK"]}`, "gs1:safetyInfo", "https://a.example/all"),
	}
	const browser = "text/html,application/xhtml+xml,*/*;q=0.8"
	for name, c := range map[string]struct {
		r    Request
		want []string
	}{
		"the default of the finest level":               {Request{}, []string{"trace"}},
		"a type of the finest level that has it":        {Request{Type: "gs1:traceability"}, []string{"trace"}},
		"a type of a level above, by its address":       {Request{Type: Vocabulary + "pip", Languages: "en-GB,en;q=0.9"}, []string{"en"}},
		"a wider language":                              {Request{Type: "gs1:pip", Languages: "de,zh;q=0.5"}, []string{"zh"}},
		"a language that there is none of":              {Request{Type: "gs1:pip", Languages: "de"}, []string{"zh", "en"}},
		"no language":                                   {Request{Type: "gs1:pip"}, []string{"zh", "en"}},
		"a media type":                                  {Request{Type: "gs1:certificationInfo", Media: "application/pdf"}, []string{"pdf"}},
		"a browser":                                     {Request{Type: "gs1:certificationInfo", Media: browser}, []string{"html"}},
		"a type that is not there leads to the default": {Request{Type: "gs1:recipeInfo"}, []string{"trace"}},
		"what is no type leads to the default":          {Request{Type: "x"}, []string{"trace"}},
		"two that nothing tells apart":                  {Request{Type: "gs1:instructions", Languages: "zh", Media: browser}, []string{"1", "2"}},
		"a context":                                     {Request{Type: "gs1:safetyInfo", Context: "lk"}, []string{"LK"}},
		"another context":                               {Request{Type: "gs1:safetyInfo", Context: "CN"}, []string{"all"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, l := range set.Choose(c.r) {
				got = append(got, l.Href[len("https://a.example/"):])
			}
			if len(got) != len(c.want) || got[0] != c.want[0] || got[len(got)-1] != c.want[len(c.want)-1] {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if list := (Set{}).Choose(Request{}); list != nil {
		t.Errorf("an empty set leads to %v", list)
	}
}

func TestTheDefaultMayDependOnTheLanguage(t *testing.T) {
	set := Set{level("A", "gs1:defaultLink", "https://a.example/any", "gs1:defaultLinkMulti", `{"href":"https://a.example/zh","hreflang":["zh"]}`, "gs1:defaultLinkMulti", `{"href":"https://a.example/en","hreflang":["en"]}`)}
	for languages, want := range map[string]string{"zh-CN": "zh", "en;q=0.2, fr": "en", "fr": "any", "": "any"} {
		if list := set.Choose(Request{Languages: languages}); len(list) != 1 || list[0].Href != "https://a.example/"+want {
			t.Errorf("%q leads to %v, want %s", languages, list, want)
		}
	}
}

// Headers and values come from outside.
func FuzzChoose(f *testing.F) {
	f.Add("gs1:pip", `{"href":"https://a.example","hreflang":["zh"]}`, "zh;q=0.5, *", "text/html;q=2,", "gs1:pip")
	f.Fuzz(func(t *testing.T, valueType, data, languages, media, linkType string) {
		set := Set{level("A", valueType, data)}
		if list := set.Choose(Request{Type: linkType, Languages: languages, Media: media, Context: languages}); len(list) > 1 {
			t.Errorf("one value became %v", list)
		}
		if _, err := json.Marshal(set); err != nil {
			t.Error(err)
		}
		Prefers(media)
	})
}
