import CollectedMetrics
public import CoreMetrics
public import KubeCore

/// Gauges of one name that each object of a store has, and that follow from the object alone.
public struct ObjectGauge<Object: Resource>: Sendable {
    /// Name of the metric.
    public let label: String
    let values: @Sendable (Object) -> [(dimensions: [(String, String)], value: Double)]

    /// - Parameters:
    ///   - label: name of the metric.
    ///   - values: of an object, by labels, which tell the object from others, too. The same object must give the same ones each time.
    public init(_ label: String, values: @escaping @Sendable (Object) -> [(dimensions: [(String, String)], value: Double)]) {
        self.label = label
        self.values = values
    }
}

extension Store {
    /// Shows gauges of all objects, for as long as they are in the store, until the subscription is cancelled.
    ///
    /// Where metrics are read by asking for them (`Telemetry.MetricsRegistry`), they are read from the objects each time, and take no memory
    /// between. Any other factory gets a series for each, kept up with every change.
    /// - Parameter factory: by default where the task's metrics go.
    public func show(_ gauges: [ObjectGauge<Object>], factory: any MetricsFactory = MetricsSystem.factory) -> Subscription {
        guard let factory = factory as? any CollectingMetricsFactory else {
            return factory is NOOPMetricsHandler ? Subscription {} : keep(gauges, factory)
        }
        let collections = gauges.map { gauge in
            factory.collect(
                GaugeSource(gauge.label) { [weak self] tell in
                    guard let self else { return }
                    // One at a time: a copy of all objects would be larger than what is told of them.
                    for key in self.keys {
                        guard let object = self.get(key) else { continue }
                        for (dimensions, value) in gauge.values(object) { tell(dimensions, value) }
                    }
                })
        }
        return Subscription { for collection in collections { collection.end() } }
    }

    private func keep(_ gauges: [ObjectGauge<Object>], _ factory: any MetricsFactory) -> Subscription {
        let metrics = ObjectMetrics<ObjectKey>(factory: factory)
        let subscription = metrics.follow(self) { object, metrics in
            for gauge in gauges { metrics.set(gauge.label, of: object.key, to: gauge.values(object)) }
        }
        return Subscription {
            subscription.cancel()
            metrics.endAll()
        }
    }
}
