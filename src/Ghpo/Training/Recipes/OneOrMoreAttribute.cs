using System.ComponentModel.DataAnnotations;

namespace Ghpo.Training.Recipes;

/// <summary>On a list: a single value may stand in the place of a list of one.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOrMoreAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => true;
}
