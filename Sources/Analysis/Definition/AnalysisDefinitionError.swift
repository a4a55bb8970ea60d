/// What is wrong with a `ModuleAnalysis`, or with the arguments it was given: the field, what was found, and what was wanted.
package struct AnalysisDefinitionError: Error, Hashable, CustomStringConvertible {
    package var field: String
    package var problem: String

    package init(_ field: String, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    package var description: String { "\(field): \(problem)" }
}
