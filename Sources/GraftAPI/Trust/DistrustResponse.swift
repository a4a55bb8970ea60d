package import Schema

/// What becomes of a version that hosts run and a policy accepts no more.
package struct DistrustResponse: SchemaObject, Hashable {
    package var action = Action.report
    package var maxUnavailable = usualLimit

    package init() {}
    package init(action: Action, maxUnavailable: CountOrShare = usualLimit) {
        self.action = action
        self.maxUnavailable = maxUnavailable
    }

    package enum Action: String, SchemaValue, CaseIterable, Hashable {
        /// It is told, and hosts keep what they run.
        case report = "Report"
        /// Hosts go to the newest proven version that is accepted, in waves.
        case rollBack = "RollBack"
    }

    package static let usualLimit = CountOrShare.share(Weight(percent: 10))

    package static let fields: [Field<Self>] = [
        .defaulted(
            "action", \.action, .report,
            "Report: it is told, and hosts keep it. RollBack: hosts go to the newest proven version that is accepted, in waves."),
        .defaulted(
            "maxUnavailable", \.maxUnavailable, usualLimit,
            "Hosts of a deployment in flight at most on that way: a number, or a share like \"10%\"; at least one. A deployment's own "
                + "rollbackMaxUnavailable counts as well when it is smaller. \"100%\" is all at once."),
    ]
}
