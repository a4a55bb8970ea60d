package import GraftAPI

/// What stands for `{{args.name}}` in texts.
package struct ArgumentValues: Hashable, Sendable {
    private let values: [String: String]

    /// Those that the analysis declares, with the values that the step gives before its own. One that has no value is refused, and so is a value for none.
    package init(declared: [AnalysisArgument], given: [String: String] = [:]) throws(AnalysisDefinitionError) {
        var values: [String: String] = [:]
        for argument in declared {
            guard let value = given[argument.name] ?? argument.value else {
                throw AnalysisDefinitionError(
                    "spec.args[\(argument.name)]", "has no value; give one in the step that runs the analysis, or a default here")
            }
            values[argument.name] = value
        }
        for name in given.keys.sorted() where values[name] == nil {
            throw AnalysisDefinitionError("spec.args", "the step gives a value for \(name), which is not declared here")
        }
        self.values = values
    }

    /// The text with values in it; what they hold is not looked at again. `{{` that opens no known argument is refused.
    package func substituted(in text: String, field: String) throws(AnalysisDefinitionError) -> String {
        var result = ""
        var rest = Substring(text)
        while let opening = rest.firstRange(of: "{{") {
            result += rest[..<opening.lowerBound]
            rest = rest[opening.upperBound...]
            guard let closing = rest.firstRange(of: "}}") else { throw AnalysisDefinitionError(field, "{{ without }}") }
            let name = rest[..<closing.lowerBound].filter { $0 != " " }
            guard name.hasPrefix("args."), let value = values[String(name.dropFirst(5))] else {
                throw AnalysisDefinitionError(field, "{{\(name)}}: wanted one of the declared args, as {{args.name}}")
            }
            result += value
            rest = rest[closing.upperBound...]
        }
        return result + rest
    }
}
