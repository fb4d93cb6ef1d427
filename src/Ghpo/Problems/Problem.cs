namespace Ghpo.Problems;

/// <summary>A problem with a checkable answer.</summary>
/// <param name="Id">Names the problem within its set; random streams and guidance memory are keyed by it, so it must not depend on order.</param>
/// <param name="Text">The question, as the user would ask it.</param>
/// <param name="Answer">The gold answer, as the verifier reads it.</param>
/// <param name="Trace">The worked ground-truth solution, from which hints are cut; null when there is none.</param>
/// <param name="Level">Difficulty as the data set states it (1 = easiest); null when it does not.</param>
/// <param name="Subject">Topic as the data set states it; null when it does not.</param>
public sealed record Problem(string Id, string Text, string Answer, string? Trace = null, int? Level = null, string? Subject = null);
