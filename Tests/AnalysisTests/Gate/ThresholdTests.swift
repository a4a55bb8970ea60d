import GraftAPI
import Testing

@testable import Analysis

@Suite("Thresholds")
struct ThresholdTests {
    static let cases: [(MetricThresholds, Double, MeasurementStatus.Phase)] = [
        (MetricThresholds(min: 1), 1, .successful),
        (MetricThresholds(min: 1), 1.0.nextDown, .failed),
        (MetricThresholds(max: 1), 1, .successful),
        (MetricThresholds(max: 1), 1.0.nextUp, .failed),
        (MetricThresholds(min: 1, max: 2), 1.5, .successful),
        (MetricThresholds(min: 1, max: 2), 2.5, .failed),
        (MetricThresholds(min: 1, max: 2), 0.5, .failed),
        (MetricThresholds(min: 0.9, failBelow: 0.5), 0.5, .inconclusive),
        (MetricThresholds(min: 0.9, failBelow: 0.5), 0.5.nextDown, .failed),
        (MetricThresholds(max: 10, failAbove: 20), 20, .inconclusive),
        (MetricThresholds(max: 10, failAbove: 20), 20.0.nextUp, .failed),
        (MetricThresholds(min: 1, max: 2, failAbove: 3), 2.5, .inconclusive),
        (MetricThresholds(min: 1, max: 2, failAbove: 3), 0.5, .failed),
        (MetricThresholds(max: 1), .infinity, .failed),
        (MetricThresholds(max: 1), -.infinity, .successful),
        (MetricThresholds(min: 1), .infinity, .successful),
    ]

    @Test("both ends belong to what is good", arguments: cases)
    func judge(thresholds: MetricThresholds, number: Double, phase: MeasurementStatus.Phase) {
        #expect(thresholds.judge(number).phase == phase)
    }

    @Test(
        "numbers are written as Prometheus does",
        arguments: [(1.0, "1"), (0.25, "0.25"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf")])
    func text(number: Double, text: String) { #expect(numberText(number) == text) }
}
