// Package opening is how scenarios are opened (场景开放).
//
// An enterprise opens a published scenario at its own site: what it wants, data, site,
// schedule, budget, and a deadline. What it marks as confidential only itself, the city
// and the chosen provider read. Providers apply until the deadline, by the server's
// clock; until then nobody but the provider itself reads an application, and providers
// never read each other's. After the deadline the enterprise chooses, with milestones;
// the provider reports them and the enterprise accepts them or sends them back. With the
// last one accepted the enterprise completes the opening with effects, as figures with
// evidence, which stand at the scenario from then on. Both evaluate each other; neither
// reads the other's evaluation before both are given.
//
// Tables: scenario_opening, scenario_application. Tells: scenarioevent.Opened, Completed.
package opening
