package opendata

import (
	"strconv"
	"strings"
	"time"
)

// Published is a dataset as strangers see it.
type Published struct {
	Slug     string
	Spec     Spec
	First    time.Time // when it was published first
	Editions []Edition // newest first; at least one
	Files    []File    // of the newest
}

// File is a file of the newest edition.
type File struct {
	Name string `json:"name" enum:"csv,json,xlsx"`
	Size int64  `json:"size"`
}

// link is a reference of JSON-LD.
type link struct {
	ID string `json:"@id"`
}

// spoken is a text in a language.
type spoken struct {
	Language string `json:"@language"`
	Value    string `json:"@value"`
}

func said(zh, en string) []spoken {
	list := []spoken{}
	if zh != "" {
		list = append(list, spoken{"zh", zh})
	}
	if en != "" {
		list = append(list, spoken{"en", en})
	}
	return list
}

// typed is a value with its type.
type typed struct {
	Type  string `json:"@type"`
	Value string `json:"@value"`
}

func dated(at time.Time) typed { return typed{"xsd:dateTime", at.UTC().Format(time.RFC3339)} }

// Catalogue is a catalogue of datasets after DCAT-AP, as JSON-LD.
type Catalogue struct {
	Context     map[string]string `json:"@context"`
	ID          string            `json:"@id"`
	Type        string            `json:"@type"`
	Title       []spoken          `json:"dct:title"`
	Description []spoken          `json:"dct:description"`
	Publisher   agent             `json:"dct:publisher"`
	Language    []link            `json:"dct:language"`
	Datasets    []Dataset         `json:"dcat:dataset"`
}

type agent struct {
	Type string   `json:"@type"`
	Name []spoken `json:"foaf:name"`
}

// Dataset is a dataset after DCAT-AP.
type Dataset struct {
	Context       map[string]string `json:"@context,omitempty"`
	ID            string            `json:"@id"`
	Type          string            `json:"@type"`
	Title         []spoken          `json:"dct:title"`
	Description   []spoken          `json:"dct:description"`
	Identifier    string            `json:"dct:identifier"`
	Issued        typed             `json:"dct:issued"`
	Modified      typed             `json:"dct:modified"`
	Periodicity   link              `json:"dct:accrualPeriodicity"`
	Contact       contact           `json:"dcat:contactPoint"`
	Version       string            `json:"dcat:version"`
	Notes         []spoken          `json:"adms:versionNotes"`
	Provenance    *statement        `json:"dct:provenance,omitempty"`
	Distributions []distribution    `json:"dcat:distribution"`
	Changelog     []Edition         `json:"changelog"`
}

type contact struct {
	Type string `json:"@type"`
	Name string `json:"vcard:fn"`
}

type statement struct {
	Type  string   `json:"@type"`
	Label []spoken `json:"rdfs:label"`
}

type distribution struct {
	ID       string     `json:"@id"`
	Type     string     `json:"@type"`
	Access   link       `json:"dcat:accessURL"`
	Download link       `json:"dcat:downloadURL"`
	Media    link       `json:"dcat:mediaType"`
	Format   string     `json:"dct:format"`
	Size     int64      `json:"dcat:byteSize"`
	Modified typed      `json:"dct:modified"`
	Licence  *link      `json:"dct:license,omitempty"`
	Rights   *statement `json:"dct:rights,omitempty"`
}

func context() map[string]string {
	return map[string]string{
		"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "vcard": "http://www.w3.org/2006/vcard/ns#",
		"adms": "http://www.w3.org/ns/adms#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "xsd": "http://www.w3.org/2001/XMLSchema#",
		"changelog": "http://www.w3.org/ns/dcat#hasVersion",
	}
}

// CatalogueOf is the catalogue of what is published below an address.
func CatalogueOf(root, zh, en string, list []Published) Catalogue {
	c := Catalogue{
		Context: context(), ID: root + "/catalogue", Type: "dcat:Catalog", Title: said(zh+"工业互联网平台监测开放数据", "Open data on industrial internet platforms of "+en),
		Description: said("由平台报送汇总而成，少于三个平台的数值不公开；不是官方统计。", "Added up from what platforms report; figures of fewer than three platforms are not told; not official statistics."),
		Publisher:   agent{"foaf:Agent", said(zh, en)},
		Language:    []link{{"http://publications.europa.eu/resource/authority/language/ZHO"}, {"http://publications.europa.eu/resource/authority/language/ENG"}}, Datasets: []Dataset{},
	}
	for _, p := range list {
		d := p.Dataset(root)
		d.Context = nil
		c.Datasets = append(c.Datasets, d)
	}
	return c
}

// Dataset describes a dataset below an address.
func (p Published) Dataset(root string) Dataset {
	at, newest := root+"/data/"+p.Slug, p.Editions[0]
	frequency := "MONTHLY"
	if p.Spec.Frequency == "quarter" {
		frequency = "QUARTERLY"
	}
	d := Dataset{
		Context: context(), ID: at, Type: "dcat:Dataset", Title: said(p.Spec.Title.ZH, p.Spec.Title.EN), Description: said(p.Spec.Description.ZH, p.Spec.Description.EN), Identifier: p.Slug,
		Issued: dated(p.First), Modified: dated(newest.MadeAt), Periodicity: link{"http://publications.europa.eu/resource/authority/frequency/" + frequency},
		Contact: contact{"vcard:Organization", p.Spec.Contact}, Version: strconv.FormatInt(newest.Number, 10), Notes: said(newest.Note.ZH, newest.Note.EN), Changelog: p.Editions,
	}
	if newest.Synthetic {
		d.Provenance = &statement{"dct:ProvenanceStatement", said("含合成数据，仅供演示", "Some of it synthetic, of the demonstration")}
	}
	media := map[string]string{"csv": "text/csv", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
	for _, f := range p.Files {
		x := distribution{
			ID: at + "/" + f.Name, Type: "dcat:Distribution", Access: link{at}, Download: link{at + "/" + f.Name}, Media: link{"https://www.iana.org/assignments/media-types/" + media[f.Name]},
			Format: strings.ToUpper(f.Name), Size: f.Size, Modified: dated(newest.MadeAt),
		}
		if p.Spec.LicenceURL != "" {
			x.Licence = &link{p.Spec.LicenceURL}
		}
		if p.Spec.Licence.ZH != "" || p.Spec.Licence.EN != "" {
			x.Rights = &statement{"dct:RightsStatement", said(p.Spec.Licence.ZH, p.Spec.Licence.EN)}
		}
		d.Distributions = append(d.Distributions, x)
	}
	return d
}
