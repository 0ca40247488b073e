// Package foster is how the city fosters specialised platforms (平台培育, 一超多专).
//
// A call (征集) says what is asked, by criteria (评价指标) with weights, and until when.
// The operator of a platform applies (申报): it gives itself points and attaches
// evidence (佐证材料). What is submitted is told by its digest (提交凭证). Reviewers
// (评审人) give points without seeing each other's; who is partial recuses
// (回避). What the points come to is arithmetic (score.go). An award (认定) is in force
// when its public notice (公示) is over and no objection (异议) is open or upheld;
// it is checked every year (跟踪) and can be withdrawn (撤销).
//
// What output of enterprises platforms drove (新增产值) is reported by them, by enterprise
// and year, with evidence; it is reviewed (审核) by somebody else, and corrected by a
// further revision (修订). Of an enterprise and year the largest accepted figure counts.
//
// Tables: foster_goal, foster_call, foster_application, foster_file, foster_review,
// foster_award, foster_objection, foster_check, foster_output, foster_output_file.
package foster
