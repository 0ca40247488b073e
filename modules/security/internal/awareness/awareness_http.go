package awareness

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"linghang/kernel/district"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// Routes are the doors.
func (a *Awareness) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /situation", Permission: mayView, Summary: "How the city and its districts stand; others than the city see figures of five enterprises and more", Handler: httpd.JSON(a.overview)},
		{Pattern: "GET /situation/days", Permission: mayView, Summary: "How the city stood at the end of each day, for 90 days; others than the city see days of five enterprises and more", Handler: httpd.JSON(a.readDays)},
		{Pattern: "GET /situation/weights", Permission: mayView, Summary: "The weights by which risks are worked out today", Handler: httpd.JSON(a.readWeights)},
		{Pattern: "GET /situation/enterprises", Permission: mayView, Summary: "How enterprises stand: one's own; for the city all", Handler: httpd.List(a.listStandings)},
		{Pattern: "GET /situation/enterprises/{id}", Permission: mayView, Sensitive: true, Summary: "How one enterprise stands now, finding by finding, and how it stood", Handler: httpd.JSON(a.readStanding)},
	}
}

type nothing struct{}

// Area is how a district stands.
type Area struct {
	District string    `json:"district" doc:"GB/T 2260 code; empty: not known"`
	Name     lang.Text `json:"name"`
	Whole
}

// Branch is how an industry stands.
type Branch struct {
	Industry string    `json:"industry" doc:"Section or division of GB/T 4754"`
	Name     lang.Text `json:"name"`
	Whole
}

// Situation is how the city stands.
type Situation struct {
	City        *Whole     `json:"city,omitempty" doc:"Not given where fewer than five enterprises are known, but to the city"`
	Districts   []Area     `json:"districts" nullable:"false"`
	Industries  []Branch   `json:"industries" nullable:"false" doc:"Of enterprises that say of which industry they are"`
	Unsaid      int        `json:"unsaid" doc:"Enterprises that do not say of which industry they are; for the city"`
	Hidden      int        `json:"hidden" doc:"Districts and industries that are not shown since they have fewer than five enterprises"`
	Everything  bool       `json:"everything" doc:"The caller sees the whole city"`
	WorkedOutAt *time.Time `json:"worked_out_at,omitempty"`
	Synthetic   bool       `json:"synthetic" doc:"All of it is demonstration data, since nobody real is known; else figures are of real enterprises only"`
	Weights     lang.Text  `json:"weights"`
}

func (a *Awareness) overview(ctx context.Context, _ nothing) (Situation, error) {
	out := Situation{Districts: []Area{}, Industries: []Branch{}, Everything: identity.From(ctx).Scope.All}
	if a.broken != nil {
		return out, a.broken
	}
	out.Weights = holding(a.packs, a.Now()).Title
	list, synthetic, err := a.store.all(ctx)
	if err != nil {
		return out, err
	}
	out.Synthetic = synthetic
	if out.WorkedOutAt, err = a.store.workedOut(ctx); err != nil {
		return out, err
	}
	everybody, byDistrict, byIndustry := make([]Standing, len(list)), map[string][]Standing{}, map[string][]Standing{}
	for i, x := range list {
		everybody[i] = x.Standing
		byDistrict[x.district] = append(byDistrict[x.district], x.Standing)
		if x.industry == "" {
			if out.Everything {
				out.Unsaid++
			}
			continue
		}
		byIndustry[x.industry] = append(byIndustry[x.industry], x.Standing)
	}
	if whole := sumUp(everybody); out.Everything || whole.Enterprises >= fewest {
		out.City = &whole
	}
	out.parts(byDistrict, byIndustry)
	return out, nil
}

// parts are the districts and industries that are shown, the worst first.
func (x *Situation) parts(byDistrict, byIndustry map[string][]Standing) {
	shown := func(list []Standing) bool {
		if len(list) < fewest && !x.Everything {
			x.Hidden++
			return false
		}
		return true
	}
	for _, code := range slices.Sorted(maps.Keys(byDistrict)) {
		if shown(byDistrict[code]) {
			x.Districts = append(x.Districts, Area{code, district.NameOf(code), sumUp(byDistrict[code])})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(byIndustry)) {
		if shown(byIndustry[code]) {
			x.Industries = append(x.Industries, Branch{code, industry.NameOf(code), sumUp(byIndustry[code])})
		}
	}
	slices.SortStableFunc(x.Districts, func(a, b Area) int { return cmp.Compare(b.Risk, a.Risk) })
	slices.SortStableFunc(x.Industries, func(a, b Branch) int { return cmp.Compare(b.Risk, a.Risk) })
}

// CityDay is how the city stood at the end of a day.
type CityDay struct {
	Day string `json:"day" format:"date"`
	Whole
}

// CityCourse is how the city stood.
type CityCourse struct {
	Days      []CityDay `json:"days" nullable:"false"`
	Synthetic bool      `json:"synthetic" doc:"All of it is demonstration data, since nobody real is known"`
}

// readDays sums up, day by day, who counts today too.
func (a *Awareness) readDays(ctx context.Context, _ nothing) (out CityCourse, err error) {
	out.Days = []CityDay{}
	since := a.Now().In(cityTime()).AddDate(0, 0, -shownDays).Format(time.DateOnly)
	days, err := a.store.stood(ctx, since, false)
	if err == nil && len(days) == 0 {
		days, err = a.store.stood(ctx, since, true)
		out.Synthetic = len(days) > 0
	}
	if err != nil {
		return out, err
	}
	for _, d := range days {
		if identity.From(ctx).Scope.All || d.Enterprises >= fewest {
			out.Days = append(out.Days, d)
		}
	}
	return out, nil
}

func (a *Awareness) readWeights(context.Context, nothing) (Weights, error) {
	if a.broken != nil {
		return Weights{}, a.broken
	}
	return holding(a.packs, a.Now()), nil
}

func (a *Awareness) listStandings(ctx context.Context, in standingParams) (sqldb.Page[RiskRow], error) {
	return a.store.list(ctx, in)
}

// RiskDetail is how one enterprise stands.
type RiskDetail struct {
	OrganisationID string     `json:"organisation_id"`
	Name           lang.Text  `json:"name"`
	District       string     `json:"district"`
	Synthetic      bool       `json:"synthetic"`
	Score          Score      `json:"score"`
	Sight          Sight      `json:"sight"`
	Confidence     Confidence `json:"confidence"`
	Days           []RiskDay  `json:"days" nullable:"false" doc:"How it stood at the end of each day, for 90 days"`
	Now            time.Time  `json:"now"`
}

// shownDays is how many days of a course are shown.
const shownDays = 90

func (a *Awareness) readStanding(ctx context.Context, in httpd.Object) (out RiskDetail, err error) {
	if err = identity.From(ctx).Scope.Check(in.ID); err != nil {
		return out, err
	}
	o, err := a.organisations.Organisation(ctx, in.ID)
	if err != nil {
		return out, err
	}
	now := a.Now()
	g, err := a.gather(ctx, in.ID, now)
	if err != nil {
		return out, err
	}
	out = RiskDetail{OrganisationID: o.ID, Name: o.Name, District: o.District, Synthetic: o.Synthetic, Now: now, Sight: g.sights[o.ID]}
	out.Sight.OrganisationID = o.ID
	out.Score, out.Confidence = holding(a.packs, now).score(g.findings[o.ID], now), out.Sight.confidence(now)
	out.Days, err = a.store.days(ctx, o.ID, now.In(cityTime()).AddDate(0, 0, -shownDays).Format(time.DateOnly))
	return out, err
}
