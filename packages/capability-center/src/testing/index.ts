export {
  TEST_REPOSITORY,
  type TestCenter,
  type TestCenterSpec,
  type TestPackage,
  testPackage,
  writeTestCenter,
} from './test-center.ts';
export { TEST_GROUP, type TestChart, type TestCrd, testChartFiles } from './test-chart.ts';
