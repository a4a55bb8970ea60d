/// What agents can do beyond their first version, as `spec.features` of a ModuleHost names it.
package enum AgentFeature {
    /// Stages a revision ahead of its turn, and says whether it could take it.
    package static let preflight = "preflight"

    /// Places its host by the plan's order of labels.
    package static let order = "order"

    /// What every agent of this version can do, whatever its driver.
    package static let all: Set<String> = [order, preflight]
}
