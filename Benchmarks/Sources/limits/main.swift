// What endless, huge, deep and manifold input costs: one line a case, each in a process of its own, so that its peak of memory is its own.
// `limits CASE` runs one of them in this process. Ends with status 1 when a verdict is another than wanted, or a case takes more than it may.
import Glibc

if let name = CommandLine.arguments.dropFirst().first {
    guard let one = Case.all.first(where: { $0.name == name }) else {
        print("limits: there is no case \"\(name)\"")
        exit(2)
    }
    print(try await Outcome.measure(one).line)
} else {
    print("| input | size | verdict | ms | peak MiB |\n| --- | ---: | --- | ---: | ---: |")
    var rows: [String] = []
    for one in Case.all {
        guard let outcome = Outcome(line: runAlone(one.name)) else {
            rows.append("| \(one.name) | | died | | **missed** |")
            print("| \(one.name) | \(one.size) | **died** | | |")
            continue
        }
        print("| \(one.name) | \(one.size) | \(outcome.verdict) | \(outcome.milliseconds) | \(outcome.mebibytes) |")
        if let complaint = outcome.complaint(about: one) { rows.append("| \(one.name) | \(complaint) |") }
    }
    print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
    for row in rows { print(row) }
    if rows.isEmpty {
        print("| limits: \(Case.all.count) cases | verdict, ≤ \(Aim.seconds) s, ≤ \(Aim.bytes >> 20) MiB beyond the input | all hold | | |")
    }
    exit(rows.isEmpty ? 0 : 1)
}
