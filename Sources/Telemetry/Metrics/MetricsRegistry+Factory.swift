package import CoreMetrics

extension MetricsRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { key, _ in CounterSeries(key) }
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { key, _ in FractionSeries(key) }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { key, _ in GaugeSeries(key) }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { key, _ in GaugeSeries(key) } }
        return series(label, dimensions, .histogram) { key, description in
            HistogramSeries(key, bounds: description.bounds ?? MetricDescription.anyBounds)
        }
    }

    /// In seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { key, description in
            HistogramSeries(key, bounds: description.bounds ?? MetricDescription.secondsBounds)
        }
    }

    package func destroyCounter(_ handler: any CounterHandler) { end(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { end(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { end(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { end(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { end(handler) }
}
