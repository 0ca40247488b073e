package iec104

import "linghang/lib/icsdissect/pdu"

// typeName follows IEC 60870-5-101, clause 7.2.1.1, and IEC 60870-5-104, clause 6.
func typeName(kind byte) named {
	switch {
	case kind >= 1 && kind <= 40 || kind == 70:
		return named{monitorName(kind), pdu.Read}
	case kind >= 45 && kind <= 64:
		return commandName(kind)
	case kind >= 120:
		return fileName(kind)
	}
	return systemName(kind)
}

func systemName(kind byte) named {
	switch kind {
	case 100:
		return named{"c_ic_na_1", pdu.Read}
	case 101:
		return named{"c_ci_na_1", pdu.Read}
	case 102:
		return named{"c_rd_na_1", pdu.Read}
	case 103:
		return named{"c_cs_na_1", pdu.Config}
	case 104:
		return named{"c_ts_na_1", pdu.Diagnostic}
	case 105:
		return named{"c_rp_na_1", pdu.Control}
	case 106:
		return named{"c_cd_na_1", pdu.Diagnostic}
	case 107:
		return named{"c_ts_ta_1", pdu.Diagnostic}
	case 110:
		return named{"p_me_na_1", pdu.Config}
	case 111:
		return named{"p_me_nb_1", pdu.Config}
	case 112:
		return named{"p_me_nc_1", pdu.Config}
	case 113:
		return named{"p_ac_na_1", pdu.Config}
	}
	return named{"unknown", pdu.Other}
}

func fileName(kind byte) named {
	switch kind {
	case 120:
		return named{"f_fr_na_1", pdu.Program}
	case 121:
		return named{"f_sr_na_1", pdu.Program}
	case 122:
		return named{"f_sc_na_1", pdu.Program}
	case 123:
		return named{"f_ls_na_1", pdu.Program}
	case 124:
		return named{"f_af_na_1", pdu.Program}
	case 125:
		return named{"f_sg_na_1", pdu.Program}
	case 126:
		return named{"f_dr_ta_1", pdu.Read}
	case 127:
		return named{"f_sc_nb_1", pdu.Program}
	}
	return named{"unknown", pdu.Other}
}

func commandName(kind byte) named {
	switch kind {
	case 45:
		return named{"c_sc_na_1", pdu.Control}
	case 46:
		return named{"c_dc_na_1", pdu.Control}
	case 47:
		return named{"c_rc_na_1", pdu.Control}
	case 48:
		return named{"c_se_na_1", pdu.Write}
	case 49:
		return named{"c_se_nb_1", pdu.Write}
	case 50:
		return named{"c_se_nc_1", pdu.Write}
	case 51:
		return named{"c_bo_na_1", pdu.Write}
	case 58:
		return named{"c_sc_ta_1", pdu.Control}
	case 59:
		return named{"c_dc_ta_1", pdu.Control}
	case 60:
		return named{"c_rc_ta_1", pdu.Control}
	case 61:
		return named{"c_se_ta_1", pdu.Write}
	case 62:
		return named{"c_se_tb_1", pdu.Write}
	case 63:
		return named{"c_se_tc_1", pdu.Write}
	case 64:
		return named{"c_bo_ta_1", pdu.Write}
	}
	return named{"unknown", pdu.Other}
}

func monitorName(kind byte) string {
	if kind == 70 {
		return "m_ei_na_1"
	}
	names := [...]string{
		1: "m_sp_na_1", 2: "m_sp_ta_1", 3: "m_dp_na_1", 4: "m_dp_ta_1", 5: "m_st_na_1", 6: "m_st_ta_1",
		7: "m_bo_na_1", 8: "m_bo_ta_1", 9: "m_me_na_1", 10: "m_me_ta_1", 11: "m_me_nb_1", 12: "m_me_tb_1",
		13: "m_me_nc_1", 14: "m_me_tc_1", 15: "m_it_na_1", 16: "m_it_ta_1", 17: "m_ep_ta_1", 18: "m_ep_tb_1",
		19: "m_ep_tc_1", 20: "m_ps_na_1", 21: "m_me_nd_1", 30: "m_sp_tb_1", 31: "m_dp_tb_1", 32: "m_st_tb_1",
		33: "m_bo_tb_1", 34: "m_me_td_1", 35: "m_me_te_1", 36: "m_me_tf_1", 37: "m_it_tb_1", 38: "m_ep_td_1",
		39: "m_ep_te_1", 40: "m_ep_tf_1",
	}
	if int(kind) < len(names) && names[kind] != "" {
		return names[kind]
	}
	return "unknown"
}

// elementSize is the octets of an object behind its address (IEC 60870-5-101,
// clause 7.3), and whether the type is known; files have no fixed size: -1.
func elementSize(kind byte) (int, bool) {
	if kind >= 120 && kind <= 127 {
		return -1, true
	}
	sizes := [...]int8{
		1: 1, 2: 4, 3: 1, 4: 4, 5: 2, 6: 5, 7: 5, 8: 8, 9: 3, 10: 6, 11: 3, 12: 6, 13: 5, 14: 8, 15: 5, 16: 8,
		17: 6, 18: 7, 19: 7, 20: 5, 21: 2, 30: 8, 31: 8, 32: 9, 33: 12, 34: 10, 35: 10, 36: 12, 37: 12, 38: 10,
		39: 11, 40: 11, 45: 1, 46: 1, 47: 1, 48: 3, 49: 3, 50: 5, 51: 4, 58: 8, 59: 8, 60: 8, 61: 10, 62: 10,
		63: 12, 64: 11, 70: 1, 100: 1, 101: 1, 103: 7, 104: 2, 105: 1, 106: 2, 107: 9, 110: 3, 111: 3, 112: 5, 113: 1,
	}
	if kind == 102 {
		return 0, true
	}
	if int(kind) >= len(sizes) {
		return 0, false
	}
	size := sizes[kind] //nolint:gosec // compared with the length above
	return int(size), size > 0
}

// causeName follows clause 7.2.3.
func causeName(cause byte) string {
	switch cause {
	case 1:
		return "periodic"
	case 2:
		return "background"
	case 3:
		return "spontaneous"
	case 4:
		return "initialized"
	case 5:
		return "requested"
	case 6:
		return "activation"
	case 7:
		return "activation_confirmation"
	case 8:
		return "deactivation"
	case 9:
		return "deactivation_confirmation"
	case 10:
		return "activation_termination"
	case 11:
		return "return_remote"
	case 12:
		return "return_local"
	case 13:
		return "file"
	}
	return laterCause(cause)
}

func laterCause(cause byte) string {
	switch {
	case cause == 20:
		return "interrogated"
	case cause > 20 && cause <= 36:
		return "interrogated_group"
	case cause >= 37 && cause <= 41:
		return "counter_interrogated"
	case cause == 44:
		return "unknown_type"
	case cause == 45:
		return "unknown_cause"
	case cause == 46:
		return "unknown_common_address"
	case cause == 47:
		return "unknown_object_address"
	}
	return "reserved"
}
