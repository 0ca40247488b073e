import {
  AlertOutlined, ApartmentOutlined, ApiOutlined, AppstoreAddOutlined, AimOutlined, AppstoreOutlined, AuditOutlined, BarChartOutlined, BarcodeOutlined, BellOutlined, BookOutlined, ControlOutlined, CalendarOutlined, ClusterOutlined, DashboardOutlined,
  DatabaseOutlined, DeploymentUnitOutlined, DesktopOutlined, DisconnectOutlined, DownloadOutlined, EyeOutlined, FieldTimeOutlined, FileDoneOutlined, FileProtectOutlined, FileSearchOutlined, FileTextOutlined, FlagOutlined, FundOutlined, HddOutlined, HeartOutlined, HistoryOutlined, IdcardOutlined, MonitorOutlined, KeyOutlined, LineChartOutlined, LoginOutlined, MailOutlined, MutedOutlined, NumberOutlined, PartitionOutlined, PhoneOutlined, PieChartOutlined, PlusSquareOutlined, PrinterOutlined, ProfileOutlined, QuestionCircleOutlined, RobotOutlined, SafetyCertificateOutlined, SendOutlined, ShareAltOutlined, SolutionOutlined, TeamOutlined, UserAddOutlined, OrderedListOutlined, RiseOutlined, MoneyCollectOutlined, ReadOutlined, GlobalOutlined, ShopOutlined, RadarChartOutlined, BulbOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'

/** The icons of the menu by the names that rooms give them. */
const icons: Record<string, ReactNode> = {
  organisations: <ApartmentOutlined />, persons: <TeamOutlined />, roles: <SafetyCertificateOutlined />, tokens: <KeyOutlined />, audit: <AuditOutlined />, exports: <DownloadOutlined />, duties: <SolutionOutlined />,
  measures: <FundOutlined />, health: <HeartOutlined />, reference: <ApiOutlined />, platforms: <ClusterOutlined />, add: <PlusSquareOutlined />, catalogue: <BookOutlined />, ranking: <OrderedListOutlined />, fostering: <RiseOutlined />, output: <MoneyCollectOutlined />, quality: <FileSearchOutlined />, penetration: <PieChartOutlined />, analysis: <LineChartOutlined />, bulletins: <ReadOutlined />, 'open-data': <GlobalOutlined />,
  plan: <FlagOutlined />, board: <DashboardOutlined />, target: <BarChartOutlined />, targets: <BarChartOutlined />, reports: <FileTextOutlined />,
  calendar: <CalendarOutlined />, data: <DatabaseOutlined />, list: <ProfileOutlined />,
  files: <FileProtectOutlined />, values: <FileDoneOutlined />, reminders: <BellOutlined />, screen: <DesktopOutlined />, letters: <DisconnectOutlined />, jobs: <FieldTimeOutlined />, 'own-jobs': <HistoryOutlined />, registrations: <FileSearchOutlined />, invitations: <UserAddOutlined />, personal: <IdcardOutlined />, notices: <MailOutlined />, channels: <RobotOutlined />, deliveries: <SendOutlined />, programs: <AppstoreAddOutlined />, machines: <HddOutlined />, shared: <ShareAltOutlined />, rules: <PartitionOutlined />, explain: <QuestionCircleOutlined />, providers: <LoginOutlined />,
  alerts: <AlertOutlined />, sensing: <MonitorOutlined />, baselines: <DeploymentUnitOutlined />, zones: <PartitionOutlined />, intelligence: <EyeOutlined />, 'alert-rules': <ControlOutlined />, 'on-call': <PhoneOutlined />, silences: <MutedOutlined />,
  scenarios: <BulbOutlined />,
  enterprises: <ShopOutlined />, diagnosis: <RadarChartOutlined />, resolve: <AimOutlined />, nodes: <DeploymentUnitOutlined />, identifiers: <BarcodeOutlined />, labels: <PrinterOutlined />, codes: <NumberOutlined />,
}

/** The icon of a menu entry. */
export function iconOf(name: string): ReactNode {
  return icons[name] ?? <AppstoreOutlined />
}
