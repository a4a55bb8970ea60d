public import CoreMetrics

extension MetricsRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { key, _ in CounterSeries(key) }
    }

    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { key, _ in FractionSeries(key) }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { key, _ in GaugeSeries(key) }
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { key, _ in GaugeSeries(key) } }
        return series(label, dimensions, .histogram) { key, description in
            HistogramSeries(key, bounds: description.bounds ?? MetricDescription.anyBounds)
        }
    }

    /// In seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { key, description in
            HistogramSeries(key, bounds: description.bounds ?? MetricDescription.secondsBounds)
        }
    }

    public func destroyCounter(_ handler: any CounterHandler) { end(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { end(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { end(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { end(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { end(handler) }
}
